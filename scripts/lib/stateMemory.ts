import type { BeaconSource, StateId } from "./beaconClient.ts";

/**
 * The same client, which asks for each state once, for many proofs of one block in a row: a state is hundreds of megabytes
 * on mainnet. Only states named by their roots are kept, as many as `kept`, while the returned client is in use.
 */
export function rememberStates(beacon: BeaconSource, kept = 2): BeaconSource {
  const states = new Map<StateId, ReturnType<BeaconSource["stateSsz"]>>();
  const stateSsz: BeaconSource["stateSsz"] = (stateId) => {
    const known = states.get(stateId);
    if (known !== undefined) return known;
    const asked = beacon.stateSsz(stateId);
    if (typeof stateId !== "string" || !stateId.startsWith("0x")) return asked;
    states.set(stateId, asked);
    asked.catch(() => states.delete(stateId));
    const [oldest] = states.keys();
    if (states.size > kept) states.delete(oldest!);
    return asked;
  };
  return new Proxy(beacon, {
    get(target, name) {
      if (name === "stateSsz") return stateSsz;
      const member = Reflect.get(target, name, target) as unknown;
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
}
