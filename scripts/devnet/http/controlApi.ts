import "../preset.ts";
import { SecretKey } from "@chainsafe/blst";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Devnet } from "../devnet.ts";
import { InvalidOperationError } from "../operations.ts";

const PREFIX = "/kedge/v1";
const BAD_REQUEST = 400;

const index = z.int().nonnegative();
const count = z.int().positive();

const schemas = {
  tick: z.union([z.strictObject({ slots: count }), z.strictObject({ epochs: count })]),
  offline: z.strictObject({ indices: z.array(index), offline: z.boolean() }),
  slash: z.strictObject({ index, kind: z.enum(["proposer", "attester"]) }),
  exit: z.strictObject({ index }),
  keys: z.strictObject({ secretKeys: z.array(z.string().regex(/^0x[0-9a-fA-F]{64}$/)) }),
  stall: z.strictObject({ on: z.boolean() }),
  restore: z.strictObject({ id: z.string() }),
};

/// The request names something that can not be done.
class ControlError extends Error {
  readonly statusCode = BAD_REQUEST;
}

/// What a real network does by itself, done on command.
export function addControlRoutes(server: FastifyInstance, devnet: Devnet): void {
  const post = <T>(
    name: keyof typeof schemas,
    schema: z.ZodType<T>,
    act: (body: T) => Promise<void> | void,
  ): void => {
    server.post(`${PREFIX}/${name}`, async (request) => {
      const body = schema.safeParse(request.body);
      if (!body.success)
        throw new ControlError(`${z.prettifyError(body.error)}, got ${JSON.stringify(request.body)}`);
      await refuseInvalid(async () => act(body.data));
      return status(devnet);
    });
  };

  server.get(`${PREFIX}/status`, async () => status(devnet));
  post("tick", schemas.tick, (body) =>
    "slots" in body ? devnet.tickSlots(body.slots) : devnet.tickEpochs(body.epochs),
  );
  post("offline", schemas.offline, (body) => devnet.setOffline(body.indices, body.offline));
  post("slash", schemas.slash, (body) =>
    body.kind === "proposer" ? devnet.slashProposer(body.index) : devnet.slashAttester(body.index),
  );
  post("exit", schemas.exit, (body) => devnet.voluntaryExit(body.index));
  post("keys", schemas.keys, (body) => devnet.addKeys(body.secretKeys.map(secretKey)));
  post("stall", schemas.stall, (body) => devnet.stallFinality(body.on));
  post("restore", schemas.restore, (body) => devnet.restore(body.id));
  server.post(`${PREFIX}/snapshot`, async () => ({ id: await devnet.snapshot() }));
}

/// The value stays out of the message: even here a secret key is not to be logged.
function secretKey(hex: string): SecretKey {
  try {
    return SecretKey.fromHex(hex);
  } catch {
    throw new RangeError("Not a secret key: zero, or not below the order of the group");
  }
}

async function refuseInvalid(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const isRequestsFault = error instanceof RangeError || error instanceof InvalidOperationError;
    throw isRequestsFault ? new ControlError(error.message) : error;
  }
}

function status(devnet: Devnet): object {
  const { chain } = devnet;
  return {
    slot: chain.slot,
    epoch: chain.epoch,
    time: chain.timeAtSlot(chain.slot),
    head: { slot: chain.head.slot, root: chain.head.blockRoot },
    justifiedEpoch: chain.justified.epoch,
    finalizedEpoch: chain.finalized.epoch,
    validators: chain.state.validators.length,
    offline: chain.duties.offline,
  };
}
