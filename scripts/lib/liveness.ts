/** How often members of the committee signed: pure, from what the chain keeps of the last frames. */

/** An applied frame. */
export interface SignedFrame {
  /** Bit i for the seat i of that frame's list. */
  readonly signedBy: bigint;
  /** The members of that frame's list, in its order. */
  readonly seats: readonly { memberId: bigint }[];
}

export interface Liveness {
  memberId: bigint;
  /** Frames in which the member signed. */
  signed: number;
  /** Frames in which it could have: those in which it had a seat. */
  applied: number;
}

/**
 * Figures of all who had a seat, by id. A frame that nobody signed was applied by proof, and says nothing of anyone: those who
 * were awake could not sign it into being.
 *
 * A signature that came too late, or that the submitter left out, is not seen: quorum is enough for a report.
 */
export function liveness(frames: readonly SignedFrame[]): Liveness[] {
  const figures = new Map<bigint, Liveness>();
  for (const { signedBy, seats } of frames) {
    if (signedBy === 0n) continue;
    seats.forEach(({ memberId }, i) => {
      const figure = figures.get(memberId) ?? { memberId, signed: 0, applied: 0 };
      figure.applied++;
      if ((signedBy >> BigInt(i)) & 1n) figure.signed++;
      figures.set(memberId, figure);
    });
  }
  return [...figures.values()].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
}
