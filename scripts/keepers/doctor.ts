import { existsSync } from "node:fs";
import { join } from "node:path";
import { explain } from "../lib/errors.ts";
import { withoutCredentials } from "../lib/http.ts";
import type { Logger } from "../lib/logger.ts";
import { CONTRACT_NAMES, connectProtocol, type Addresses, type Protocol } from "../lib/protocol.ts";
import { Records } from "../lib/records.ts";
import { hasWriter } from "../lib/tx/lock.ts";
import { formatEther } from "../lib/units.ts";
import { connectNodes, type Nodes } from "./nodes.ts";
import { LOCAL_CHAIN_ID, type KeeperSettings } from "./settings.ts";
import { seatOf } from "./seat.ts";
import { accountSigner, memberSigner } from "./signers.ts";

/** What was looked at, and what to do where it is not as it should be. */
export interface Finding {
  what: string;
  ok: boolean;
  got: string;
  wanted: string;
  /** It may run so, but should not. */
  warning?: true;
  /** Where it is not ok, and of warnings. */
  fix?: string;
}

interface Check {
  what: string;
  wanted: string;
  fix: string;
  /** What there is; throws, or says that it is not ok, where it is not as wanted. */
  look: () => Promise<{ ok: boolean; got: string }>;
}

const good = (got: string) => ({ ok: true, got });
const bad = (got: string) => ({ ok: false, got });

/**
 * Looks at all that a keeper needs before it runs, and says how to mend what is missing. It changes nothing, and sends
 * nothing. Where a first thing is missing, what depends on it is not looked at.
 */
export async function examine(settings: KeeperSettings, log: Logger): Promise<Finding[]> {
  const findings = await lookAt([deployment(settings)]);
  if (findings.some(({ ok }) => !ok)) return findings;
  let nodes: Nodes | undefined;
  try {
    const connected = await lookAt([
      {
        what: "nodes",
        wanted: `execution nodes of chain ${settings.chainId}, and ${settings.clQuorum} beacon nodes that agree`,
        fix: "start the nodes, or correct elUrls, clUrls, clQuorum or chainId",
        look: async () => {
          nodes = await connectNodes(settings, log);
          const { execution, beacon } = nodes;
          const relay = execution.senderStatus;
          const told = [...execution.status, ...beacon.status].map(({ name, state }) => `${name} (${state})`);
          if (relay) told.push(`relay ${relay.name} (${relay.state})`);
          const usable = ({ state }: { state: string }) => state === "trusted";
          const isEnough =
            execution.status.some(usable) && beacon.status.filter(usable).length >= settings.clQuorum;
          return isEnough ? good(told.join(", ")) : bad(told.join(", "));
        },
      },
    ]);
    findings.push(...connected);
    if (nodes === undefined || findings.some(({ ok }) => !ok)) return findings;
    const addresses = new Records(settings.deployments).addresses() as Addresses;
    const protocol = connectProtocol(addresses, nodes.execution);
    const hasMember = (await memberSigner(settings)) !== undefined;
    if (hasMember && settings.elUrls.length === 1) findings.push(oneWitness(nodes));
    findings.push(
      ...(await lookAt([
        ...chainChecks(nodes, protocol),
        ...ownChecks(settings, nodes, protocol),
        ...settings.peerUrls.map(peer),
      ])),
    );
    return findings;
  } finally {
    nodes?.close();
  }
}

/** What a report is made of is believed of a single node: where it lies, the member loses its bond. */
function oneWitness({ execution }: Nodes): Finding {
  const [{ name } = { name: "none" }] = execution.status;
  return {
    what: "execution nodes",
    ok: true,
    warning: true,
    got: `${name} alone says what a report is made of`,
    wanted: "two or more, best of several teams and clients; with three, one may be away",
    fix: "add more execution nodes to elUrls: a report is signed only where they agree",
  };
}

async function lookAt(checks: readonly Check[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { what, wanted, fix, look } of checks) {
    const { ok, got } = await look().catch((error: unknown) => bad(explain(error)));
    findings.push({ what, ok, got, wanted, ...(ok ? {} : { fix }) });
  }
  return findings;
}

function deployment({ deployments, network }: KeeperSettings): Check {
  return {
    what: "deployment",
    wanted: `addresses of ${CONTRACT_NAMES.length} contracts in ${deployments}`,
    fix: `set deployments to the folder that was recorded for ${network}`,
    look: async () => {
      const addresses = new Records(deployments).addresses();
      const missing = CONTRACT_NAMES.find((name) => addresses[name] === undefined);
      return missing === undefined
        ? good(`${CONTRACT_NAMES.length} contracts`)
        : bad(`${missing} is not there`);
    },
  };
}

function chainChecks({ beacon, execution }: Nodes, protocol: Protocol): Check[] {
  return [
    {
      what: "contracts",
      wanted: "code at each recorded address",
      fix: "the deployment is of another chain: correct deployments, or the nodes",
      look: async () => {
        const codes = await Promise.all(
          CONTRACT_NAMES.map(async (name) => [name, await execution.getCode(protocol[name])] as const),
        );
        const empty = codes.find(([, code]) => code === "0x");
        return empty === undefined ? good(`${codes.length} contracts`) : bad(`${empty[0]} has no code`);
      },
    },
    {
      what: "deposit contract",
      wanted: "the one that the beacon chain reads",
      fix: "the deployment is of another network: correct deployments, or clUrls",
      look: async () => {
        const [{ address }, ours] = await Promise.all([
          beacon.depositContract(),
          protocol.StakedEther.depositContract(),
        ]);
        const text = `${ours}; the beacon chain reads ${address}`;
        return ours.toLowerCase() === address.toLowerCase() ? good(text) : bad(text);
      },
    },
    {
      what: "genesis",
      wanted: "that of the beacon chain",
      fix: "the deployment is of another network: correct deployments, or clUrls",
      look: async () => {
        const [{ genesisTime }, { genesisTime: ours }] = await Promise.all([
          beacon.genesis(),
          protocol.StakedEther.parameters(),
        ]);
        const text = `${ours}; the beacon chain's is ${genesisTime}`;
        return BigInt(genesisTime) === BigInt(ours) ? good(text) : bad(text);
      },
    },
  ];
}

function ownChecks(settings: KeeperSettings, { execution }: Nodes, protocol: Protocol): Check[] {
  const { chainId, clockToleranceSeconds, minBalance, stateFolder, memberId, jobs } = settings;
  const journal = join(stateFolder, "transactions.sqlite");
  return [
    {
      what: "account",
      wanted: `${formatEther(minBalance)} ETH or more for gas`,
      fix: "set a key (privateKey, keystoreFile or signerUrl), and send ether to its account",
      look: async () => {
        const account = await accountSigner(settings);
        if (account === undefined) return bad("no key is set");
        const balance = await execution.getBalance(account.address);
        const text = `${formatEther(balance)} ETH in ${account.address}`;
        return balance >= minBalance ? good(text) : bad(text);
      },
    },
    {
      what: "member",
      wanted: jobs.includes("report") ? "a key that has a seat in the committee, or none" : "none",
      fix: "set the key that the committee knows for memberId, or leave memberId out to submit only",
      look: async () => {
        const member = await memberSigner(settings);
        if (member === undefined) return memberId === undefined ? good("none") : bad("no key is set");
        const id = await seatOf(protocol, member.address);
        const text = id === undefined ? `${member.address} has no seat` : `member ${id}, ${member.address}`;
        return id !== undefined && (memberId === undefined || BigInt(memberId) === id)
          ? good(text)
          : bad(text);
      },
    },
    {
      what: "journal",
      wanted: "no other keeper has it open",
      fix: `one keeper has one state folder: stop the other, or set another stateFolder than ${stateFolder}`,
      look: async () => {
        if (!existsSync(journal)) return good("not begun");
        return hasWriter(journal) ? bad(`in use: ${journal}`) : good(journal);
      },
    },
    {
      what: "clock",
      wanted: `at most ${clockToleranceSeconds} seconds before the newest block`,
      fix: "start the machine's time synchronisation (chrony or systemd-timesyncd)",
      look: async () => {
        const block = await execution.getBlock("latest");
        if (block === null) return bad("no block");
        if (chainId === LOCAL_CHAIN_ID) return good("the local chain has a time of its own");
        const ahead = Math.round(Date.now() / 1_000) - block.timestamp;
        return ahead < -clockToleranceSeconds
          ? bad(`${-ahead} seconds before it`)
          : good(`${ahead} after it`);
      },
    },
  ];
}

function peer(url: string): Check {
  const { host } = new URL(url);
  return {
    what: `peer ${host}`,
    wanted: "an answer",
    fix: "ask its operator, or correct peerUrls: a report needs more than two thirds of the weight",
    look: async () => {
      const { url: bare, headers } = withoutCredentials(new URL(url));
      bare.pathname = `${bare.pathname.replace(/\/+$/, "")}/reports/0`;
      const { status } = await fetch(bare, { headers, signal: AbortSignal.timeout(10_000) });
      return status === 200 ? good("answers") : bad(`status ${status}`);
    },
  };
}
