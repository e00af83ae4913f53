import type { ReportSources } from "../actions/buildReport.ts";
import type { FiguresSources } from "../actions/operatorFigures.ts";
import { beginLogsAt } from "../lib/logs.ts";
import { connectProtocol, type Addresses } from "../lib/protocol.ts";
import type { ExecutionSources } from "../lib/sources/executionSources.ts";
import type { Nodes } from "./nodes.ts";
import type { Witness } from "./report/witnesses.ts";

/** Where the contracts are. */
export interface Deployed {
  addresses: Addresses;
  /** Before it nothing is found of them. */
  firstBlock: number;
}

/** All nodes as one, and each execution node by itself; none where there is but one. */
export interface JobSources {
  sources: ReportSources;
  witnesses: Witness[];
}

/** @param memory of figures by their root. Default: that of the process */
export function jobSources(
  { beacon, execution, each }: Pick<Nodes, "beacon" | "execution" | "each">,
  { addresses, firstBlock }: Deployed,
  memory?: FiguresSources["memory"],
): JobSources {
  const sourcesOf = (provider: ExecutionSources): ReportSources & Pick<FiguresSources, "memory"> => {
    beginLogsAt(provider, firstBlock);
    const protocol = connectProtocol(addresses, provider);
    return { beacon, provider, protocol, ...(memory ? { memory } : {}) };
  };
  return {
    sources: sourcesOf(execution),
    witnesses: each.map((one) => ({ source: one.source, sources: sourcesOf(one.execution) })),
  };
}
