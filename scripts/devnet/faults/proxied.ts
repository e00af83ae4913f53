/// What goes back to the client.
export interface ProxiedAnswer {
  status: number;
  type: string;
  /// Of a state in SSZ.
  fork?: string;
  body: Buffer;
}

export interface ProxiedRequest {
  method: string;
  /// With its query.
  path: string;
  accept: string;
  body: Buffer;
}

/// Asks the honest server behind: the client's request, or another.
export type Ask = (changed: Partial<ProxiedRequest>) => Promise<ProxiedAnswer>;

export function jsonAnswer(status: number, value: unknown): ProxiedAnswer {
  return { status, type: "application/json", body: Buffer.from(JSON.stringify(value)) };
}

export function jsonOf(body: Buffer): unknown {
  return JSON.parse(body.toString());
}

/// A copy in which the field at `path` ("data.0.balance") has another value. What has no such field stays as it is.
export function withField(value: unknown, path: string, replacement: unknown): unknown {
  return replaced(value, path.split("."), replacement);
}

function replaced(value: unknown, [name, ...rest]: string[], replacement: unknown): unknown {
  if (name === undefined) return replacement;
  if (typeof value !== "object" || value === null || !(name in value)) return value;
  const inner = replaced((value as Record<string, unknown>)[name], rest, replacement);
  return Array.isArray(value) ? value.with(Number(name), inner) : { ...value, [name]: inner };
}
