import type { BaseContract, ContractFactory, ContractTransactionResponse, Signer } from "ethers";
import { FatalError } from "../lib/errors.ts";
import type { ContractName } from "../lib/protocol.ts";
import type { Parameters } from "./parameters/schema.ts";
import type { Records } from "../lib/records.ts";

/// What every step of a deployment works with.
export class DeployContext {
  readonly deployer: Signer;
  readonly parameters: Parameters;
  readonly #records: Records;
  readonly #say: (line: string) => void;
  /// Transactions sent so far; none when everything was there.
  sent = 0;

  constructor(deployer: Signer, parameters: Parameters, records: Records, say: (line: string) => void) {
    this.deployer = deployer;
    this.parameters = parameters;
    this.#records = records;
    this.#say = say;
  }

  /// Address of a contract that an earlier step deployed.
  addressOf(name: ContractName): string {
    const record = this.#records.get(name);
    if (record === undefined) throw new Error(`${name} is not deployed yet: a step is out of order`);
    return record.address;
  }

  isDeployed(name: ContractName): boolean {
    return this.#records.get(name) !== undefined;
  }

  addresses(): Record<string, string> {
    return this.#records.addresses();
  }

  /// Deploys `name` unless the record names an address that has code.
  async deploy<F extends ContractFactory>(
    name: ContractName,
    Factory: new (signer: Signer) => F,
    ...args: DeployArguments<F>
  ): Promise<void> {
    const record = this.#records.get(name);
    if (record !== undefined) {
      const code = await this.deployer.provider?.getCode(record.address);
      if (code !== undefined && code !== "0x") return;
      throw new FatalError(
        `${name} is recorded at ${record.address}, where there is no code: the records are of another chain, or this ` +
          "one was started anew; remove their folder, or pass --fresh",
      );
    }
    const contract: BaseContract = await new Factory(this.deployer).deploy(...args);
    const receipt = await contract.deploymentTransaction()?.wait();
    if (!receipt) throw new Error(`${name}: the deployment has no receipt`);
    this.sent++;
    const address = await contract.getAddress();
    this.#records.set(name, {
      address,
      transactionHash: receipt.hash,
      blockNumber: receipt.blockNumber,
      gasUsed: receipt.gasUsed.toString(),
      constructorArguments: args.map(plain),
    });
    this.#say(`${name} ${address} (${receipt.gasUsed} gas)`);
  }

  /// Sends a transaction where `done` says that its effect is not there yet.
  async ensure(
    what: string,
    done: () => Promise<boolean>,
    send: () => Promise<ContractTransactionResponse>,
  ): Promise<void> {
    if (await done()) return;
    await (await send()).wait();
    this.sent++;
    if (!(await done())) throw new Error(`${what}: sent, and still not so`);
    this.#say(what);
  }
}

type DeployArguments<F extends ContractFactory> = F["deploy"] extends (...args: infer A) => unknown
  ? A
  : never;

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  }
  return value;
}
