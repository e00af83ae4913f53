/** Stand-ins for remote signers: servers on loopback that really sign, and lie or fail where a test says so. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { SecretKey } from "@chainsafe/blst";
import { getBytes, hexlify, Transaction, TypedDataEncoder, type SigningKey } from "ethers";
import { depositSigningRoot } from "../../scripts/lib/depositData.ts";
import { voluntaryExitSigningRoot } from "../../scripts/lib/voluntaryExit.ts";
import { startBeaconServer, type BeaconServer, type Handler } from "./beaconServer.ts";

export interface StandInRpcSigner extends BeaconServer {
  key: SigningKey;
  /** Changes a transaction before it is signed. */
  change: (transaction: Transaction) => void;
  /** How the signed transaction is told. */
  form: (raw: string) => unknown;
  /** Methods that it says it does not have. */
  lacks: Set<string>;
  /** Methods that it was asked for. */
  asked: string[];
}

export async function startStandInRpcSigner(key: SigningKey): Promise<StandInRpcSigner> {
  const server = await startBeaconServer();
  const signer: StandInRpcSigner = Object.assign(server, {
    key,
    change: () => undefined,
    form: (raw: string) => raw,
    lacks: new Set<string>(),
    asked: [],
  });
  server.routes["/"] = answering(async (request, response) => {
    const { id, method, params } = await bodyOf(request);
    signer.asked.push(method);
    const answer = signer.lacks.has(method)
      ? { error: { code: -32601, message: "no such\nmethod" } }
      : { result: method === "eth_signTransaction" ? sign(params[0]) : signTyped(JSON.parse(params[1])) };
    response.end(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
  });

  function sign({ gas, from: _, ...rest }: Record<string, string>): unknown {
    const transaction = Transaction.from({ type: 2, ...rest, nonce: Number(rest.nonce), gasLimit: gas });
    signer.change(transaction);
    transaction.signature = signer.key.sign(transaction.unsignedHash);
    return signer.form(transaction.serialized);
  }

  function signTyped({ domain, types, message }: any): string {
    const { EIP712Domain: _, ...own } = types;
    return signer.key.sign(TypedDataEncoder.hash(domain, own, message)).serialized;
  }
  return signer;
}

export interface StandInWeb3Signer extends BeaconServer {
  /** By public key: a test may put another key under a name. */
  keys: Map<string, SecretKey>;
  /** Bodies that it was sent. */
  bodies: any[];
  form: (signature: string) => string;
}

/** Signs what the body says, not the root that is sent beside it; refuses, as Web3Signer does, where the two differ. */
export async function startStandInWeb3Signer(secretKey: SecretKey): Promise<StandInWeb3Signer> {
  const server = await startBeaconServer();
  const pubkey = hexlify(secretKey.toPublicKey().toBytes());
  const signer: StandInWeb3Signer = Object.assign(server, {
    keys: new Map([[pubkey, secretKey]]),
    bodies: [],
    form: (signature: string) => JSON.stringify({ signature }),
  });
  server.routes[`/api/v1/eth2/sign/${pubkey}`] = answering(async (request, response) => {
    const body = await bodyOf(request);
    signer.bodies.push(body);
    const key = signer.keys.get(pubkey);
    const root = rootOf(body);
    const status = key === undefined ? 404 : hexlify(root) === body.signing_root ? 200 : 400;
    response.statusCode = status;
    response.end(status === 200 ? signer.form(hexlify(key!.sign(root).toBytes())) : "");
  });
  return signer;
}

function rootOf({ type, voluntary_exit: exit, fork_info: info, deposit }: any): Uint8Array {
  if (type === "VOLUNTARY_EXIT") {
    return voluntaryExitSigningRoot(
      { epoch: Number(exit.epoch), validatorIndex: Number(exit.validator_index) },
      {
        capellaForkVersion: info.fork.current_version,
        genesisValidatorsRoot: info.genesis_validators_root,
      },
    );
  }
  const { pubkey, withdrawal_credentials: withdrawalCredentials, amount } = deposit;
  return depositSigningRoot(
    { pubkey, withdrawalCredentials, amountGwei: BigInt(amount) },
    deposit.genesis_fork_version,
  );
}

/** A request that cannot be understood gets an answer, too. */
function answering(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Handler {
  return (request, response) => {
    handle(request, response).catch((error: unknown) => response.writeHead(400).end(String(error)));
  };
}

async function bodyOf(request: IncomingMessage): Promise<any> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}

/** A key of validators that tests share. */
export function validatorSecret(n: number): SecretKey {
  return SecretKey.fromKeygen(getBytes(`0x${n.toString(16).padStart(2, "0").repeat(32)}`));
}
