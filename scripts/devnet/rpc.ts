/// The part of an EIP-1193 provider that the devnet needs.
export interface Eip1193Provider {
  // The result's type depends on the method, which only the caller knows.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  request(args: { method: string; params?: unknown }): Promise<any>;
}

export type Hex = `0x${string}`;

export function call<T = unknown>(
  provider: Eip1193Provider,
  method: string,
  ...params: unknown[]
): Promise<T> {
  return provider.request({ method, params });
}

/// A JSON-RPC quantity: no leading zeros.
export function quantity(value: number | bigint): Hex {
  return `0x${value.toString(16)}`;
}

/// A storage word: always 32 bytes.
export function word(value: number | bigint): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
