import {
  dataLength,
  decodeBytes32String,
  Interface,
  type Provider,
  type TransactionReceipt,
  type TransactionResponse,
} from "ethers";
import { Create3Factory__factory } from "../../../typechain-types/index.js";
import { FatalError } from "../../lib/errors.ts";
import { CONTRACT_NAMES, type ContractName } from "../../lib/protocol.ts";
import type { DeploymentRecord } from "../../lib/records.ts";
import { readArtifact } from "../artifacts.ts";
import { compareRuntime } from "../bytecode.ts";
import { proxyAddressOf } from "../deterministicProxy.ts";
import { shown, type Answer, type Ground, type Question } from "./check.ts";

/// EIP-170, in bytes.
const MAX_CODE_BYTES = 24_576;

/// What stands at each address: the artifact's code, no larger than the chain allows.
export function codeQuestions({ protocol, provider }: Ground): Question[] {
  const code = (name: ContractName) => provider.getCode(protocol[name]);
  return CONTRACT_NAMES.flatMap((name) => [
    {
      name: `code: ${name}`,
      wanted: "the artifact's, immutables apart",
      ask: async () => {
        const { ok, differsAt } = compareRuntime(name, await code(name));
        return { ok, got: ok ? "the same" : `differs at byte ${String(differsAt)}` };
      },
    },
    {
      name: `size: ${name}`,
      wanted: `1 to ${MAX_CODE_BYTES} bytes`,
      ask: async () => {
        const bytes = dataLength(await code(name));
        return { ok: bytes >= 1 && bytes <= MAX_CODE_BYTES, got: `${bytes} bytes` };
      },
    },
  ]);
}

/// How each contract came there: by the recorded transaction, with the artifact's creation code and the recorded arguments.
export function creationQuestions(ground: Ground): Question[] {
  return CONTRACT_NAMES.map((name) => ({
    name: `creation: ${name}`,
    wanted: "by the deployer, through the factory, with the recorded arguments",
    ask: () => creation(name, ground),
  }));
}

async function creation(name: ContractName, ground: Ground): Promise<Answer> {
  const record = ground.records.get(name);
  if (record === undefined) return { ok: false, got: "not recorded" };
  const problems = await creationProblems(name, record, ground);
  return { ok: problems.length === 0, got: problems.length === 0 ? "as recorded" : problems.join("; ") };
}

async function creationProblems(
  name: ContractName,
  record: DeploymentRecord,
  { provider, deployer, parameters }: Ground,
): Promise<string[]> {
  const [transaction, receipt] = await sentWith(provider, record.transactionHash);
  const factory = Create3Factory__factory.createInterface();
  const factoryAddress = proxyAddressOf(Create3Factory__factory.bytecode);
  if (transaction.to !== factoryAddress) return [`a call of ${shown(transaction.to)}`];
  const call = factory.parseTransaction(transaction);
  if (call?.name !== "deploy") return ["no deployment"];
  const [salt, initCode] = call.args as unknown as [string, string];
  const events = receipt.logs.filter(({ address }) => address === factoryAddress);
  const deployed = events.map((log) => factory.parseLog(log)?.args["deployed"] as unknown);
  const { initCode: wantedCode, valueWei } = wantedCreation(name, record);
  const claims: [boolean, string][] = [
    [transaction.from === deployer, `sent by ${transaction.from}`],
    [receipt.blockNumber === record.blockNumber, `in block ${receipt.blockNumber}`],
    [deployed.includes(record.address), `deployed ${shown(deployed)}`],
    [decodeBytes32String(salt).startsWith(`${parameters.label.value}/${name}`), `under the salt ${salt}`],
    [transaction.value === valueWei, `with ${transaction.value} wei`],
    [initCode === wantedCode, "with other code or arguments"],
  ];
  return claims.filter(([holds]) => !holds).map(([, problem]) => problem);
}

async function sentWith(
  provider: Provider,
  hash: string,
): Promise<[TransactionResponse, TransactionReceipt]> {
  const [transaction, receipt] = await Promise.all([
    provider.getTransaction(hash),
    provider.getTransactionReceipt(hash),
  ]);
  if (transaction === null || receipt === null) throw new FatalError(`no block has ${hash}`);
  return [transaction, receipt];
}

/// What was sent along is recorded behind the constructor's arguments.
function wantedCreation(
  name: ContractName,
  { constructorArguments: recorded }: DeploymentRecord,
): { initCode: string; valueWei: bigint } {
  const { abi, bytecode } = readArtifact(name);
  const constructor = new Interface(abi);
  const count = constructor.deploy.inputs.length;
  const { value } = (recorded[count] ?? {}) as { value?: string };
  return {
    initCode: bytecode + constructor.encodeDeploy(recorded.slice(0, count)).slice(2),
    valueWei: BigInt(value ?? 0),
  };
}
