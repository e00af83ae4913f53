import { Contract, keccak256, type JsonRpcApiProvider } from "ethers";
import { formatEther } from "../../lib/units.ts";
import { DETERMINISTIC_PROXY, hasProxy } from "../deterministicProxy.ts";
import type { Parameters } from "../parameters/schema.ts";
import { bad, good, same, type Look } from "./check.ts";

/// keccak256 of the code at their addresses, which is that of Hoodi's genesis and the same on mainnet: a test holds them
/// against `@ethereumjs/genesis`. The requests' contracts, and EIP-4788's, have the same code wherever they were deployed, as
/// their addresses follow from it (EIP-4788, EIP-7002, EIP-7251).
export const CODE_HASHES = {
  "0x00000000219ab540356cBB839Cbe05303d7705Fa":
    "0x6c029a231254fadb724d63be769f75eedd66362df034a3e663252b49d062a666",
  "0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02":
    "0xf57acd40259872606d76197ef052f3d35588dadf919ee1f0e3cb9b62d3f4b02c",
  "0x00000961Ef480Eb55e80D19ad83579A64c007002":
    "0x0345a365d2f4c5975b9f1599abe0a2ee76b7a3a731bc68781bd04c84e4858f50",
  "0x0000BBdDc7CE488642fb579F8B00f3a590007251":
    "0x78c6cb5202685228bbcbfb992b1c4e116c7ec5ef11e25b8e92716cfc628ddd60",
} as const;

const SYSTEM_CONTRACTS = {
  "EIP-4788 (beacon roots)": "0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02",
  "EIP-7002 (withdrawal requests)": "0x00000961Ef480Eb55e80D19ad83579A64c007002",
  "EIP-7251 (consolidation requests)": "0x0000BBdDc7CE488642fb579F8B00f3a590007251",
} as const;

const OFFICIAL_DEPOSIT_CONTRACT = "0x00000000219ab540356cBB839Cbe05303d7705Fa";

/// Sepolia's deposit contract is a token besides, and known by its name: no hash of its code is published with its source.
const SEPOLIA_CHAIN_ID = 11_155_111n;
const SEPOLIA_TOKEN = "Sepolia deposit contract token";

const MAINNET_CHAIN_ID = 1n;

/// The execution chain: is it the one that the parameters are for, and can the deployer begin.
export function executionLooks(
  provider: JsonRpcApiProvider,
  parameters: Parameters,
  deployer: string,
  planWei: bigint | undefined,
): Look[] {
  return [
    executionSynced(provider),
    depositContract(provider, parameters),
    ...Object.entries(SYSTEM_CONTRACTS).map(([what, address]) => codeOf(provider, what, address)),
    proxy(provider),
    balance(provider, parameters, deployer, planWei),
    nonce(provider, deployer),
    people(parameters, deployer),
  ];
}

export function chainId(provider: JsonRpcApiProvider, parameters: Parameters): Look {
  const wanted = parameters.chainId.value.toString();
  return {
    name: "chain id",
    wanted,
    fix: "point --rpc-url at a node of the network, or name the --network of this node",
    look: async () => same(BigInt((await provider.send("eth_chainId", [])) as string).toString(), wanted),
  };
}

function executionSynced(provider: JsonRpcApiProvider): Look {
  return {
    name: "execution node in sync",
    wanted: "in sync",
    fix: "wait until the execution node is in sync, or point --rpc-url at another",
    look: async () => {
      const told: unknown = await provider.send("eth_syncing", []);
      return told === false ? good("in sync") : bad(`it syncs: ${JSON.stringify(told)}`);
    },
  };
}

function codeOf(provider: JsonRpcApiProvider, what: string, address: keyof typeof CODE_HASHES): Look {
  const wanted = CODE_HASHES[address];
  return {
    name: `code of ${what}`,
    wanted: `${wanted} at ${address}`,
    fix: "do not deploy here: the network lacks a contract that Kedge needs, or the node is of another network",
    look: async () => {
      const code = await provider.getCode(address);
      return code === "0x" ? bad("no code") : same(keccak256(code), wanted);
    },
  };
}

/// What becomes of all ether that is staked.
function depositContract(provider: JsonRpcApiProvider, p: Parameters): Look {
  const what = "the deposit contract";
  const address = p.depositContract.value;
  if (p.chainId.value !== SEPOLIA_CHAIN_ID) {
    const official = codeOf(provider, what, OFFICIAL_DEPOSIT_CONTRACT);
    if (address.toLowerCase() === OFFICIAL_DEPOSIT_CONTRACT.toLowerCase()) return official;
    return { ...official, look: () => Promise.resolve(bad(`the parameters name ${address}`)) };
  }
  return {
    name: `code of ${what}`,
    wanted: `the contract named "${SEPOLIA_TOKEN}" at ${address}`,
    fix: "do not deploy here: ether that is staked would go to another contract than Sepolia's",
    look: async () => {
      if ((await provider.getCode(address)) === "0x") return bad("no code");
      const token = new Contract(address, ["function name() view returns (string)"], provider);
      return same(String(await token.getFunction("name").staticCall()), SEPOLIA_TOKEN);
    },
  };
}

function proxy(provider: JsonRpcApiProvider): Look {
  return {
    name: "deterministic deployment proxy",
    wanted: `its code at ${DETERMINISTIC_PROXY}, or none yet`,
    fix: "do not deploy here: addresses would not be those of other networks",
    look: async () =>
      good(
        (await hasProxy(provider)) ? "it is there" : "not there yet: the deployment sends its transaction",
      ),
  };
}

function balance(
  provider: JsonRpcApiProvider,
  { seedWei, memberBondWei, committee }: Parameters,
  deployer: string,
  planWei: bigint | undefined,
): Look {
  const locked = seedWei.value + memberBondWei.value * BigInt(committee.value.length);
  const needed = planWei ?? locked;
  const what =
    planWei === undefined ? "the seed stake and all members' bonds, and gas" : "what the plan spends";
  return {
    name: "balance of the deployer",
    wanted: `${formatEther(needed)} ETH or more: ${what}`,
    fix: `send ether to ${deployer}`,
    look: async () => {
      const has = await provider.getBalance(deployer);
      return { ok: has >= needed, got: `${formatEther(has)} ETH in ${deployer}` };
    },
  };
}

/// What waits may be the deployment's own.
export const NONCE_CHECK = "nonce of the deployer";

function nonce(provider: JsonRpcApiProvider, deployer: string): Look {
  return {
    name: NONCE_CHECK,
    wanted: "nothing that waits to be mined",
    fix: "wait until it is mined, or replace it; and let no other program send from this account meanwhile",
    look: async () => {
      const [mined, pending] = await Promise.all([
        provider.getTransactionCount(deployer, "latest"),
        provider.getTransactionCount(deployer, "pending"),
      ]);
      return pending > mined
        ? bad(`${pending - mined} transactions wait behind nonce ${mined}`)
        : good(`next is ${mined}`);
    },
  };
}

/// On mainnet the deployer's key is worth nothing once it has handed over; so it must be nobody else's.
function people(p: Parameters, deployer: string): Look {
  const named: [string, string | null][] = [
    ["admin", p.admin.value],
    ["treasury", p.treasury.value],
    ["guardian", p.guardian.value],
    ...p.committee.value.flatMap(({ member, owner }, i): [string, string][] => [
      [`committee.${i}.member`, member],
      [`committee.${i}.owner`, owner],
    ]),
  ];
  const isMainnet = p.chainId.value === MAINNET_CHAIN_ID;
  return {
    name: "people",
    wanted: isMainnet ? "none of them is the deployer" : "anybody, away from mainnet",
    fix: "deploy from an account of its own, or name others in the file of people",
    look: () => {
      const tasks = named.filter(([, who]) => who?.toLowerCase() === deployer.toLowerCase());
      const text = tasks.map(([task]) => task).join(", ");
      const got = tasks.length === 0 ? "the deployer is none of them" : `the deployer is ${text}`;
      return Promise.resolve({ ok: !isMainnet || tasks.length === 0, got });
    },
  };
}
