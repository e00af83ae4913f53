import "../preset.ts";
import type { Endpoints } from "@lodestar/api";
import { registerRoutes, type BeaconApiMethods } from "@lodestar/api/beacon/server";
import { ApiError, addSszContentTypeParser } from "@lodestar/api/server";
import type { FastifyInstance } from "fastify";
import type { BeaconChain } from "../beaconChain.ts";
import { blockApi } from "./blockApi.ts";
import { eventsApi, sendEventHeadersAtOnce } from "./eventsApi.ts";
import { configApi, dutiesApi, nodeApi } from "./nodeApi.ts";
import { debugApi, stateApi } from "./stateApi.ts";

const NOT_IMPLEMENTED = 501;

const NAMESPACES: (keyof Endpoints)[] = [
  "beacon",
  "config",
  "debug",
  "events",
  "lightclient",
  "node",
  "proof",
  "validator",
];

/// The standard Beacon API: Lodestar's routes and encodings over this chain. Operations of the standard that
/// are not offered answer 501.
export function addBeaconRoutes(server: FastifyInstance, chain: BeaconChain): void {
  addSszContentTypeParser(server);
  sendEventHeadersAtOnce(server);
  const methods = {
    beacon: orNotImplemented({ ...blockApi(chain), ...stateApi(chain) }),
    config: orNotImplemented(configApi(chain)),
    debug: orNotImplemented(debugApi(chain)),
    events: orNotImplemented(eventsApi(chain)),
    lightclient: orNotImplemented({}),
    lodestar: orNotImplemented({}),
    node: orNotImplemented(nodeApi(chain)),
    proof: orNotImplemented({}),
    validator: orNotImplemented(dutiesApi(chain)),
  };
  // Complete by construction, which the type of a proxy can not say.
  registerRoutes(server, chain.config, methods as unknown as BeaconApiMethods, NAMESPACES);
}

function orNotImplemented(methods: object): object {
  return new Proxy(methods, {
    get: (target, operation): unknown =>
      Reflect.get(target, operation) ??
      (() =>
        Promise.reject(new ApiError(NOT_IMPLEMENTED as never, `${String(operation)} is not served here`))),
  });
}
