import { liveness, type Liveness } from "../lib/liveness.ts";
import type { Protocol } from "../lib/protocol.ts";

/** A frame that was applied, with who signed it, as the oracle keeps them. */
export interface AppliedFrame {
  frame: bigint;
  signedBy: bigint;
}

/** How many of the applied frames each member signed, of those in which it had a seat: each frame by its own list. */
export async function memberLiveness(
  protocol: Protocol,
  applied: readonly AppliedFrame[],
): Promise<Liveness[]> {
  const frames = applied.map(async ({ frame, signedBy }) => {
    const time = await protocol.StakedEther.frameTime(frame);
    const seats = await protocol.OracleCommittee.seatsAt(time);
    return { signedBy, seats: seats.map(({ memberId }) => ({ memberId })) };
  });
  return liveness(await Promise.all(frames));
}
