/** Records of one size, one behind the other, read where they lie: the elements of a list of containers. */
import { BasicType, ByteVectorType, type Type } from "@chainsafe/ssz";
import { FatalError } from "../errors.ts";

/** Where a field of a record lies, in bytes. */
export interface Field {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

type FieldEntries = readonly { fieldName: PropertyKey; fieldType: Type<unknown> }[];

/** The fields of a container of numbers and bytes in their order; undefined where something else is in it. */
export function layoutOf(type: { fieldsEntries: FieldEntries }): Field[] | undefined {
  const fields: Field[] = [];
  let offset = 0;
  for (const { fieldName, fieldType } of type.fieldsEntries) {
    const isPlain = fieldType instanceof BasicType || fieldType instanceof ByteVectorType;
    if (!isPlain) return undefined;
    const size = fieldType.fixedSize!;
    fields.push({ name: String(fieldName), offset, size });
    offset += size;
  }
  return fields;
}

const HIGH = 2 ** 32;

export class Records {
  readonly count: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fields: ReadonlyMap<string, Field>;
  readonly #size: number;

  /** @throws FatalError where the bytes are no whole records */
  constructor(bytes: Uint8Array, fields: readonly Field[]) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#fields = new Map(fields.map((field) => [field.name, field]));
    this.#size = fields.reduce((sum, { size }) => sum + size, 0);
    this.count = bytes.length / this.#size;
    if (!Number.isInteger(this.count)) {
      throw new FatalError(`${bytes.length} bytes are no records of ${this.#size}`);
    }
  }

  /** Reads a uint64 of a record as a number: exact below 2^53, and "never" (2^64 - 1) is more than all that is. */
  numbers(name: string): (index: number) => number {
    const { offset } = this.#field(name);
    const view = this.#view;
    const size = this.#size;
    return (index) => {
      const at = index * size + offset;
      return view.getUint32(at, true) + view.getUint32(at + 4, true) * HIGH;
    };
  }

  /** Reads a uint64 of a record. */
  bigints(name: string): (index: number) => bigint {
    const { offset } = this.#field(name);
    return (index) => this.#view.getBigUint64(index * this.#size + offset, true);
  }

  /** Reads a flag of a record. */
  flags(name: string): (index: number) => boolean {
    const { offset } = this.#field(name);
    return (index) => this.#bytes[index * this.#size + offset] !== 0;
  }

  /** Reads bytes of a record, without copying them. */
  slices(name: string): (index: number) => Uint8Array {
    const { offset, size } = this.#field(name);
    return (index) => {
      const at = index * this.#size + offset;
      return this.#bytes.subarray(at, at + size);
    };
  }

  /** The first four bytes of a field, which tell most records apart. */
  prefixes(name: string): (index: number) => number {
    const { offset } = this.#field(name);
    return (index) => this.#view.getUint32(index * this.#size + offset);
  }

  #field(name: string): Field {
    return this.#fields.get(name)!;
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
