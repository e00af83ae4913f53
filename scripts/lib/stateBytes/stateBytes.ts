import type { ssz } from "@lodestar/types";
import { hexlify } from "ethers";
import { FatalError } from "../errors.ts";
import { treeBranch, treeRoot } from "../merkle.ts";
import { layoutOf, Records, viewOf } from "./records.ts";
import { rootOfBytes } from "./typeRoot.ts";

type StateType = typeof ssz.fulu.BeaconState;
type FieldName = keyof StateType["fields"];

/** Of the state's tree: fields, and empty ones behind them. */
const LEAVES = 64;

/**
 * A beacon state as its SSZ bytes: fields are read where they lie, and its root is made from them, with little memory beside
 * them. A state of mainnet has a million validators; as a tree it would be several times as large.
 */
export class StateBytes {
  readonly slot: number;
  readonly #type: StateType;
  readonly #fields: ReadonlyMap<string, Uint8Array>;
  #leaves: Uint8Array[] | undefined;

  /** @throws FatalError where the bytes cannot be a state of this type */
  constructor(type: StateType, bytes: Uint8Array) {
    this.#type = type;
    try {
      const ranges = type.getFieldRanges(viewOf(bytes), 0, bytes.length);
      this.#fields = new Map(
        type.fieldsEntries.map(({ fieldName }, i) => [
          fieldName,
          bytes.subarray(ranges[i]!.start, ranges[i]!.end),
        ]),
      );
    } catch (error) {
      throw new FatalError(`${bytes.length} bytes are no beacon state`, { cause: error });
    }
    this.slot = type.fields.slot.deserialize(this.field("slot"));
  }

  /** The bytes of a field, not copied. */
  field(name: FieldName): Uint8Array {
    return this.#fields.get(name)!;
  }

  get finalizedCheckpoint(): { epoch: number; root: string } {
    const { epoch, root } = this.#type.fields.finalizedCheckpoint.deserialize(
      this.field("finalizedCheckpoint"),
    );
    return { epoch, root: hexlify(root) };
  }

  /** The elements of a list of containers. */
  records(name: "validators" | "pendingDeposits"): Records {
    return new Records(this.field(name), layoutOf(this.#type.fields[name].elementType)!);
  }

  /** In gwei, by the index of the validator. */
  balances(): (index: number) => bigint {
    const balances = new Records(this.field("balances"), [{ name: "balance", offset: 0, size: 8 }]);
    return balances.bigints("balance");
  }

  /** `hash_tree_root`, 0x-hex. */
  get root(): string {
    return hexlify(treeRoot(this.#hashed()));
  }

  /** The hashes above a field up to the root, 0x-hex, deepest first. */
  branch(name: FieldName): string[] {
    const index = this.#type.fieldsEntries.findIndex(({ fieldName }) => fieldName === name);
    return treeBranch(this.#hashed(), index).map((node) => hexlify(node));
  }

  /** Made once: it takes longest. */
  #hashed(): Uint8Array[] {
    if (this.#leaves === undefined) {
      const roots = this.#type.fieldsEntries.map(({ fieldName, fieldType }) =>
        rootOfBytes(fieldType, this.field(fieldName)),
      );
      const empty = Array.from({ length: LEAVES - roots.length }, () => new Uint8Array(32));
      this.#leaves = [...roots, ...empty];
    }
    return this.#leaves;
  }
}
