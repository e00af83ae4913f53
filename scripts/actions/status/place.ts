import type { Provider } from "ethers";
import type { Protocol } from "../../lib/protocol.ts";

/** Where a status is read: one block, and its time in seconds since 1970. */
export interface Place {
  provider: Provider;
  protocol: Protocol;
  number: number;
  time: number;
}
