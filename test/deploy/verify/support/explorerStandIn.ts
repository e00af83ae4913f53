import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { HardhatUserConfig } from "hardhat/types/config";
import type { ExplorerName } from "../../../../scripts/deploy/verify/explorer.ts";

/// How an explorer answers what was posted; before that it knows nothing of the contract.
export type Behaviour =
  | "verifies"
  | "pends once"
  | "does not answer"
  | "knows it"
  | "knows it when posted"
  | "refuses"
  | "is busy once"
  | "is busy"
  | "talks nonsense"
  | "does not know the key";

export interface Posted {
  explorer: ExplorerName;
  address: string;
  contract: string;
  compiler: string;
  input: { sources: Record<string, unknown>; settings: unknown };
  /// Sourcify takes none.
  constructorArguments: string | undefined;
  /// The key that came with it.
  key: string | undefined;
}

/// Speaks the APIs of three explorers, and remembers what was posted.
export interface ExplorerStandIn {
  readonly posted: Posted[];
  behave(behaviour: Behaviour): void;
  /// Points a configuration's explorers here.
  configure(config: HardhatUserConfig, chainId: number): HardhatUserConfig;
  close(): Promise<void>;
}

export const API_KEY = "c0ffeec0ffeec0ffeec0ffeec0ffee";

type Reply = (body: unknown, status?: number) => void;

export async function startExplorerStandIn(): Promise<ExplorerStandIn> {
  const state = { behaviour: "verifies" as Behaviour, busy: 0, polled: 0, posted: [] as Posted[] };
  const server = createServer((request, response) => {
    void answer(request, replyTo(response));
  });
  const answer = async (request: IncomingMessage, reply: Reply) => {
    const url = new URL(request.url!, "http://localhost");
    const body = await text(request);
    if (state.behaviour === "does not answer") return;
    if (state.behaviour === "talks nonsense") return reply("<html>nothing to see</html>");
    if (url.pathname.startsWith("/sourcify/")) return sourcify(url, body, reply);
    return blockExplorer(url, body, reply);
  };

  /// Etherscan's API, which Blockscout speaks too.
  function blockExplorer(url: URL, body: string, reply: Reply): void {
    const say = (result: unknown, isOk = true) =>
      reply({ status: isOk ? "1" : "0", message: isOk ? "OK" : "NOTOK", result });
    const isBlockscout = url.pathname.startsWith("/blockscout");
    const key = url.searchParams.get("apikey") ?? undefined;
    const action = url.searchParams.get("action");
    // of the first, to whether the contract is verified, Hardhat makes a no
    if (isBusy(2)) return say(`Max calls per sec rate limit reached (5/sec) for ${key}`, false);
    if (state.behaviour === "does not know the key") return say(`Invalid API Key ${key} (#err2)`, false);
    if (action === "getsourcecode") {
      return state.behaviour === "knows it"
        ? say([{ SourceCode: "contract C {}" }])
        : say([{ SourceCode: "" }]);
    }
    if (action === "verifysourcecode") {
      const form = new URLSearchParams(body);
      state.posted.push({
        explorer: isBlockscout ? "blockscout" : "etherscan",
        address: form.get("contractaddress")!,
        contract: form.get("contractname")!,
        compiler: form.get("compilerversion")!,
        input: JSON.parse(form.get("sourceCode")!) as Posted["input"],
        constructorArguments: form.get("constructorArguments") ?? undefined,
        key,
      });
      if (state.behaviour === "knows it when posted") {
        const known = isBlockscout
          ? "Smart-contract already verified."
          : "Contract source code already verified";
        return say(known, false);
      }
      return say("the-guid");
    }
    if (isPending()) return say("Pending in queue", false);
    if (!isRefused()) return say("Pass - Verified");
    if (isBlockscout) return say("Fail - Unable to verify");
    return say("Fail - Unable to verify. Bytecode does not match", false);
  }

  function sourcify(url: URL, body: string, reply: Reply): void {
    const [, , , what, , address] = url.pathname.split("/");
    const trouble = (customCode: string, message: string, status: number) =>
      reply({ customCode, message, errorId: "1" }, status);
    if (isBusy(1)) return trouble("too_many_requests", "Too many requests", 429);
    if (what === "contract") {
      const match = state.behaviour === "knows it" ? "exact_match" : null;
      const found = { match, creationMatch: match, runtimeMatch: match, chainId: "560048", address };
      return reply(found, match === null ? 404 : 200);
    }
    if (body !== "") {
      const posted = JSON.parse(body) as {
        stdJsonInput: Posted["input"];
        contractIdentifier: string;
        compilerVersion: string;
      };
      state.posted.push({
        explorer: "sourcify",
        address: address!,
        contract: posted.contractIdentifier,
        compiler: posted.compilerVersion,
        input: posted.stdJsonInput,
        constructorArguments: undefined,
        key: undefined,
      });
      if (state.behaviour === "knows it when posted") return trouble("already_verified", "It is there", 409);
      return reply({ verificationId: "the-guid" }, 202);
    }
    const job = { isJobCompleted: !isPending(), verificationId: "the-guid", jobStartTime: "now" };
    const refusal = { customCode: "no_match", message: "The bytecodes do not match", errorId: "1" };
    if (isRefused()) return reply({ ...job, contract: { match: null }, error: refusal });
    reply({ ...job, contract: { match: "exact_match" } });
  }

  const isBusy = (times: number) =>
    state.behaviour === "is busy" || (state.behaviour === "is busy once" && state.busy++ < times);
  const isPending = () => state.behaviour === "pends once" && state.polled++ === 0;
  const isRefused = () => state.behaviour === "refuses";

  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    posted: state.posted,
    behave: (behaviour) => {
      Object.assign(state, { behaviour, busy: 0, polled: 0 });
      state.posted.length = 0;
    },
    configure: (config, chainId) => ({
      ...config,
      chainDescriptors: {
        [chainId]: {
          name: "stand-in",
          chainType: "l1",
          blockExplorers: {
            etherscan: { url: host, apiUrl: `${host}/etherscan/api` },
            blockscout: { url: host, apiUrl: `${host}/blockscout/api` },
          },
        },
      },
      verify: { etherscan: { apiKey: API_KEY }, sourcify: { apiUrl: `${host}/sourcify` } },
    }),
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

function replyTo(response: ServerResponse): Reply {
  return (body, status = 200) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
}
