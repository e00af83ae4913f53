import { ConfigurationError, FatalError } from "../errors.ts";
import { KeyTree } from "../keyTree.ts";
import type { DepositTarget } from "./networks.ts";
import { readNamed } from "./readKeystores.ts";
import { verifyKeys } from "./verifyKeys.ts";

/**
 * The keys of a commitment's file, each of whose signatures is right for the target.
 *
 * @throws WrongFieldError naming the first wrong field; ConfigurationError where the file is no commitment
 */
export async function readCommitment(path: string, target: DepositTarget): Promise<KeyTree> {
  const notOne = () =>
    new ConfigurationError({
      setting: "file",
      problem: "is no commitment",
      value: path,
      example: "commitment.json, as kedge keys deposit-data writes it",
    });
  const { root } = await verifyKeys([path], {
    target: () => target,
    password: () => Promise.reject(notOne()),
  });
  if (root === undefined) throw notOne();
  const tree = KeyTree.load(JSON.parse(await readNamed(path)) as ReturnType<KeyTree["dump"]>);
  if (tree.root !== root) throw new FatalError(`${path} changed while it was read`);
  return tree;
}
