/** What `UpkeepAdapter` can do, and which job of a keeper does it anyway. */
import type { KeeperJob } from "../settings.ts";

export type UpkeepName =
  | "Finalize"
  | "Collect"
  | "NoteDeficit"
  | "Observe"
  | "CloseWindow"
  | "NoteReady"
  | "OpenDraw"
  | "AbandonDraw"
  | "Refresh"
  | "Prolong"
  | "Lapse"
  | "PullKeepers"
  | "PullReserve"
  | "NoteLoss"
  | "CoverLoss"
  | "Release";

export interface Upkeep {
  name: UpkeepName;
  /** `Job` of contracts/interfaces/IUpkeepAdapter.sol. */
  number: number;
  /** What its subject is; "anyOperator" where one will do. */
  of: "nothing" | "sender" | "operations" | "operators" | "anyOperator";
  doneBy?: KeeperJob;
}

/**
 * In the order in which they are done: ether comes before tickets are paid of it, weights are computed before a draw, and
 * bonds pay, or are freed, before the reserve covers what they did not.
 */
export const UPKEEPS: readonly Upkeep[] = [
  { name: "Collect", number: 1, of: "nothing" },
  { name: "Finalize", number: 0, of: "sender", doneBy: "finalise" },
  { name: "NoteDeficit", number: 2, of: "nothing", doneBy: "exit" },
  { name: "Observe", number: 3, of: "nothing", doneBy: "govern" },
  { name: "CloseWindow", number: 4, of: "operations", doneBy: "govern" },
  { name: "NoteReady", number: 5, of: "operations", doneBy: "govern" },
  { name: "AbandonDraw", number: 7, of: "nothing", doneBy: "deposit" },
  { name: "Lapse", number: 10, of: "operators", doneBy: "deposit" },
  { name: "Refresh", number: 8, of: "operators", doneBy: "deposit" },
  { name: "OpenDraw", number: 6, of: "anyOperator", doneBy: "deposit" },
  { name: "Prolong", number: 9, of: "operators" },
  { name: "PullKeepers", number: 11, of: "nothing" },
  { name: "PullReserve", number: 12, of: "nothing" },
  { name: "Release", number: 13, of: "operators" },
  { name: "NoteLoss", number: 14, of: "nothing" },
  { name: "CoverLoss", number: 15, of: "nothing" },
];
