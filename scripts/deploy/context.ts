import {
  encodeBytes32String,
  isError,
  type ContractFactory,
  type ContractTransactionReceipt,
  type ContractTransactionResponse,
  type Interface,
  type Provider,
  type Signer,
  type TransactionResponse,
} from "ethers";
import { Create3Factory__factory, type Create3Factory } from "../../typechain-types/index.js";
import { FatalError } from "../lib/errors.ts";
import { stableStringify } from "../lib/json.ts";
import type { ContractName } from "../lib/protocol.ts";
import type { DeploymentRecord, Records } from "../lib/records.ts";
import { refusalText } from "../lib/reverts.ts";
import { hasProxy, presignedProxy, proxyAddressOf, throughProxy } from "./deterministicProxy.ts";
import { findDeployment } from "./findDeployment.ts";
import type { Parameters } from "./parameters/schema.ts";

/// What every step of a deployment works with.
export class DeployContext {
  readonly deployer: Signer;
  readonly parameters: Parameters;
  readonly #provider: Provider;
  readonly #records: Records;
  readonly #say: (line: string) => void;
  #factory: Create3Factory | undefined;
  /// Transactions sent so far; none when everything was there.
  sent = 0;

  constructor(deployer: Signer, parameters: Parameters, records: Records, say: (line: string) => void) {
    if (deployer.provider === null) throw new Error("the deployer has no provider");
    this.deployer = deployer;
    this.parameters = parameters;
    this.#provider = deployer.provider;
    this.#records = records;
    this.#say = say;
  }

  /// Address of a contract that an earlier step deployed.
  addressOf(name: ContractName): string {
    const record = this.#records.get(name);
    if (record === undefined) throw new Error(`${name} is not deployed yet: a step is out of order`);
    return record.address;
  }

  /// What a recorded contract was constructed with, as it is recorded; nothing where none is.
  recordedArguments(name: ContractName): readonly unknown[] | undefined {
    return this.#records.get(name)?.constructorArguments;
  }

  addresses(): Record<string, string> {
    return this.#records.addresses();
  }

  /// @throws FatalError where a contract that is recorded is not on this chain
  async requireRecorded(): Promise<void> {
    for (const [name, address] of Object.entries(this.addresses())) {
      if (await this.#hasCode(address)) continue;
      throw new FatalError(
        `${name} is recorded at ${address}, where there is no code: the records are of another chain, or this one was ` +
          "started anew; remove their folder, or pass --fresh",
      );
    }
  }

  /// Deploys the factory, whose address is the same on every network, by the deterministic deployment proxy.
  async deployFactory(): Promise<void> {
    const { bytecode } = Create3Factory__factory;
    const address = proxyAddressOf(bytecode);
    const isThere = () => this.#hasCode(address);
    if (!(await isThere())) {
      const { sender, costWei, raw } = presignedProxy();
      const hasProxyNow = () => hasProxy(this.#provider);
      const lacking = async () => costWei - (await this.#provider.getBalance(sender));
      await this.ensure(
        `${sender} can pay for the deterministic deployment proxy`,
        async () => (await hasProxyNow()) || (await lacking()) <= 0n,
        async () => this.deployer.sendTransaction({ to: sender, value: await lacking() }),
      );
      await this.ensure("the deterministic deployment proxy is there", hasProxyNow, () =>
        this.#provider.broadcastTransaction(raw),
      );
      await this.ensure(`Create3Factory ${address}`, isThere, () =>
        this.deployer.sendTransaction(throughProxy(bytecode)),
      );
    }
    this.#factory = Create3Factory__factory.connect(address, this.deployer);
  }

  /// Deploys `name` to the address that follows from it and the deployer, unless it is there.
  ///
  /// @throws FatalError where it is recorded elsewhere or constructed with something else, or its constructor reverts
  async deploy<F extends ContractFactory>(
    name: ContractName,
    Factory: new (signer: Signer) => F,
    ...args: DeployArguments<F>
  ): Promise<void> {
    const factory = this.#factory!;
    const salt = encodeBytes32String(`${this.parameters.label.value}/${name}`);
    const address = await factory.addressOf(await this.deployer.getAddress(), salt);
    const record = this.#records.get(name);
    if (record !== undefined) return requireSame(name, record, { address, args: args.map(plain) });

    const isThere = await this.#hasCode(address);
    const maker = new Factory(this.deployer);
    const { data: initCode, value } = await maker.getDeployTransaction(...args);
    const receipt = isThere
      ? await findDeployment(factory, { name, salt, initCode, deployer: await this.deployer.getAddress() })
      : await this.#create(name, maker.interface, { salt, initCode, value: BigInt(value ?? 0n) });
    this.#records.set(name, {
      address,
      transactionHash: receipt.hash,
      blockNumber: receipt.blockNumber,
      gasUsed: receipt.gasUsed.toString(),
      constructorArguments: args.map(plain),
    });
    this.#say(`${name} ${address} (${receipt.gasUsed} gas${isThere ? "; it was there" : ""})`);
  }

  /// Sends a transaction where `done` says that its effect is not there yet.
  async ensure(
    what: string,
    done: () => Promise<boolean>,
    send: () => Promise<TransactionResponse>,
  ): Promise<void> {
    if (await done()) return;
    await (await send()).wait();
    this.sent++;
    if (!(await done())) throw new Error(`${what}: sent, and still not so`);
    this.#say(what);
  }

  async #create(
    name: ContractName,
    errors: Interface,
    { salt, initCode, value }: { salt: string; initCode: string; value: bigint },
  ): Promise<ContractTransactionReceipt> {
    let response: ContractTransactionResponse;
    try {
      response = await this.#factory!.deploy(salt, initCode, { value });
    } catch (error) {
      const refusal = await this.#refusalOf(initCode, value, errors);
      throw refusal === undefined
        ? error
        : new FatalError(`${name} cannot be deployed: ${refusal}`, { cause: error });
    }
    const receipt = await response.wait();
    if (receipt === null) throw new Error(`${name}: the deployment has no receipt`);
    this.sent++;
    return receipt;
  }

  /// Why a constructor reverts, which the factory does not tell; undefined where it does not.
  async #refusalOf(initCode: string, value: bigint, errors: Interface): Promise<string | undefined> {
    try {
      await this.#provider.call({ from: await this.deployer.getAddress(), data: initCode, value });
      return undefined;
    } catch (reason) {
      return isError(reason, "CALL_EXCEPTION") ? refusalText([errors], reason.data ?? "0x") : undefined;
    }
  }

  async #hasCode(address: string): Promise<boolean> {
    return (await this.#provider.getCode(address)) !== "0x";
  }
}

type DeployArguments<F extends ContractFactory> = F["deploy"] extends (...args: infer A) => unknown
  ? A
  : never;

function requireSame(
  name: ContractName,
  record: DeploymentRecord,
  { address, args }: { address: string; args: unknown[] },
): void {
  const wrong = (problem: string) => {
    throw new FatalError(`${name} is recorded at ${record.address}${problem}`);
  };
  if (record.address !== address) {
    wrong(`, and this deployer and label have it at ${address}: the records are of another deployment`);
  }
  const at = args.findIndex(
    (arg, i) => stableStringify(arg) !== stableStringify(record.constructorArguments[i]),
  );
  if (at < 0) return;
  wrong(
    `, constructed with ${stableStringify(record.constructorArguments[at])} where the parameters now say ` +
      `${stableStringify(args[at])} (argument ${at + 1})`,
  );
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  }
  return value;
}
