/**
 * Loaded into a child process before its program: whatever reaches for a network is told so, loudly, and fails. At its end
 * the process writes the report that Node would write of a crash, where the test asked for one.
 */
import dgram from "node:dgram";
import dns from "node:dns";
import net from "node:net";

function refuse(what: string): never {
  console.error(`NETWORK USED: ${what}`);
  throw new Error(`NETWORK USED: ${what}`);
}

// eslint-disable-next-line @typescript-eslint/unbound-method
const connect = net.Socket.prototype.connect as (...args: any[]) => net.Socket;
net.Socket.prototype.connect = function (this: net.Socket, ...args: any[]) {
  // Pipes between processes of one machine have a path and no port; `args` may come normalized, as a list.
  const [first] = Array.isArray(args[0]) ? args[0] : args;
  const isPipe =
    typeof first === "object" ? first?.path !== undefined : typeof first === "string" && isNaN(+first);
  return isPipe ? connect.apply(this, args) : refuse("connect");
} as typeof net.Socket.prototype.connect;
net.Server.prototype.listen = () => refuse("listen");
dgram.createSocket = () => refuse("dgram");
dns.lookup = (() => refuse("lookup")) as unknown as typeof dns.lookup;
globalThis.fetch = () => refuse("fetch");

const report = process.env.OFFLINE_REPORT;
if (report !== undefined) process.on("exit", () => void process.report.writeReport(report));
