import "../preset.ts";
import { routes } from "@lodestar/api/beacon";
import type { ApplicationMethods } from "@lodestar/api/server";
import { SLOTS_PER_EPOCH } from "@lodestar/params";
import { computeEpochAtSlot } from "@lodestar/state-transition";
import type { FastifyInstance } from "fastify";
import type { BeaconChain } from "../beaconChain.ts";
import type { BlockRecord } from "../history.ts";

const EVENTS_PATH = "/eth/v1/events";

/// Lodestar's route sends its headers together with the first event. Clients wait for them to know that they
/// are connected, so they go out as soon as the route has set them.
export function sendEventHeadersAtOnce(server: FastifyInstance): void {
  server.addHook("preHandler", async (request, reply) => {
    if (request.routeOptions.url !== EVENTS_PATH) return;
    setImmediate(() => {
      const isStream = reply.raw.getHeader("content-type") === "text/event-stream";
      if (isStream && !reply.raw.headersSent) reply.raw.flushHeaders();
    });
  });
}

type HeadEvent = routes.events.EventData[routes.events.EventType.head];

/// `/eth/v1/events`: `head` and `finalized_checkpoint`. Other topics are accepted and never occur.
export function eventsApi(chain: BeaconChain): ApplicationMethods<routes.events.Endpoints> {
  return {
    eventstream: async ({ topics, signal, onEvent }) => {
      const { EventType } = routes.events;
      const stop = chain.listen((event, record, epoch) => {
        if (event === "head" && topics.includes(EventType.head)) {
          onEvent({ type: EventType.head, message: headEvent(chain, record) });
        }
        if (event === "finalized" && topics.includes(EventType.finalizedCheckpoint)) {
          const { blockRoot: block, stateRoot: state } = record;
          onEvent({
            type: EventType.finalizedCheckpoint,
            message: { block, state, epoch, executionOptimistic: false },
          });
        }
      });
      signal.addEventListener("abort", stop, { once: true });
    },
  };
}

function headEvent(chain: BeaconChain, record: BlockRecord): HeadEvent {
  const epoch = computeEpochAtSlot(record.slot);
  const parent = chain.history.byBlockRoot(record.header.parentRoot);
  return {
    slot: record.slot,
    block: record.blockRoot,
    state: record.stateRoot,
    epochTransition: parent === undefined || computeEpochAtSlot(parent.slot) !== epoch,
    previousDutyDependentRoot: lastRootBefore(chain, epoch - 1),
    currentDutyDependentRoot: lastRootBefore(chain, epoch),
    executionOptimistic: false,
  };
}

/// The last block before the epoch, or genesis.
function lastRootBefore(chain: BeaconChain, epoch: number): string {
  return (chain.history.latestUpTo(epoch * SLOTS_PER_EPOCH - 1) ?? chain.history.genesis).blockRoot;
}
