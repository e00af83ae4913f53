import { toBeHex, ZeroHash } from "ethers";
import { faultOf, type Fault } from "./faults.ts";
import { LaggingView } from "./laggingView.ts";
import {
  jsonAnswer,
  jsonOf,
  withField,
  type Ask,
  type ProxiedAnswer,
  type ProxiedRequest,
} from "./proxied.ts";

/// The answer of a beacon node with such faults.
export async function beaconAnswer(
  request: ProxiedRequest,
  ask: Ask,
  faults: readonly Fault[],
): Promise<ProxiedAnswer> {
  const slots = faultOf(faults, "lag")?.slots;
  const view = slots === undefined ? undefined : await LaggingView.at(ask, slots);
  let path: string | undefined = request.path;
  if (faultOf(faults, "forgetsFinality")) path = path.replace("/finalized", "/genesis");
  if (view) path = await view.pathOf(path);
  if (path === undefined)
    return jsonAnswer(404, { code: 404, message: `No block or state for ${request.path}` });

  const answer = await ask({ path });
  if (answer.type.startsWith("application/octet-stream")) {
    return faultOf(faults, "alteredState") ? { ...answer, body: altered(answer.body) } : answer;
  }
  if (answer.status !== 200 || answer.body.length === 0) return answer;
  const body = told(path, jsonOf(answer.body), faults, view?.headSlot);
  return jsonAnswer(answer.status, body);
}

/// The first field of a state is the genesis time: still a state, and another one.
function altered(state: Buffer): Buffer {
  const copy = Buffer.from(state);
  copy[0]! ^= 1;
  return copy;
}

function told(
  path: string,
  honest: unknown,
  faults: readonly Fault[],
  headSlot: number | undefined,
): unknown {
  let body = honest;
  const set = (field: string, value: unknown) => {
    body = withField(body, field, value);
  };
  if (headSlot !== undefined && path.endsWith("/node/syncing")) set("data.head_slot", String(headSlot));
  for (const fault of faults) {
    if (fault.kind === "forgetsFinality") {
      set("finalized", false);
      if (path.endsWith("/finality_checkpoints")) set("data.finalized", { epoch: "0", root: ZeroHash });
    }
    if (fault.kind === "wrongChain") {
      const { chainId } = fault;
      if (path.endsWith("/genesis")) set("data.genesis_validators_root", toBeHex(chainId, 32));
      if (path.endsWith("/deposit_contract")) set("data.chain_id", String(chainId));
      set("data.DEPOSIT_CHAIN_ID", String(chainId));
    }
    if (fault.kind === "fork") body = withFork(path, body, fault);
    if (fault.kind === "lie" && path.includes(fault.to)) set(fault.field, fault.value);
  }
  return body;
}

function withFork(path: string, body: unknown, fork: Extract<Fault, { kind: "fork" }>): unknown {
  const { name, version, epoch } = fork;
  if (path.endsWith("/fork_schedule")) {
    const { data } = body as { data: { current_version: string }[] };
    const next = {
      previous_version: data.at(-1)?.current_version,
      current_version: version,
      epoch: String(epoch),
    };
    return { data: [...data, next] };
  }
  if (path.endsWith("/config/spec")) {
    const { data } = body as { data: Record<string, unknown> };
    const prefix = name.toUpperCase();
    return {
      data: { ...data, [`${prefix}_FORK_VERSION`]: version, [`${prefix}_FORK_EPOCH`]: String(epoch) },
    };
  }
  return body;
}
