import { concat, parseEther, ZeroAddress } from "ethers";
import { drawStake } from "../actions/drawStake.ts";
import { sendPredeposits } from "../actions/predeposit.ts";
import { keyProof, oneValidator, proveValidators } from "../actions/proveValidators.ts";
import { signDeposit } from "../lib/depositData.ts";
import { KeyTree } from "../lib/keyTree.ts";
import { seedFromMnemonic, validatorKeys } from "../lib/keys.ts";
import { GWEI_PER_ETHER } from "../lib/units.ts";
import { gasOf, type Bench } from "./bench.ts";

const MNEMONIC = "test test test test test test test test test test test junk";
const BATCH = 10;
const OPERATOR = 1n;
/// Keys of each commitment: two of a known operator, two whose signatures are checked.
const BATCHES = [BATCH, BATCH, 1, BATCH] as const;
/// Allotted in one draw before the figures: 32 ETH for each key.
export const LOT_ETH = 32n * BigInt(BATCHES.reduce((sum, count) => sum + count, 0));

/// What later measurements need: public keys with 32 ETH, and keys that nobody has proven, of a known operator and of
/// another.
export interface BenchKeys {
  funded: string[];
  unproven: [KeyTree, KeyTree];
}

/// Keys from commitment to top-up. Figures are of the second batch: the first writes what is written
/// once. The operator is known while it gets them; the checked ones come last, so that what follows the others is as it was.
export async function benchValidators(bench: Bench): Promise<BenchKeys> {
  const { protocol, accounts, devnet } = bench.net;
  const registry = protocol.ValidatorRegistry.connect(accounts.manager);
  await bench.gasOf(
    protocol.StakedEther.connect(accounts.alice).stake(ZeroAddress, { value: parseEther("1500") }),
  );
  await bench.gasOf(
    protocol.OperatorRegistry.connect(accounts.manager).register(accounts.operatorRewards, 1_000n),
  );
  await bench.gasOf(
    protocol.BondVault.connect(accounts.manager).deposit(OPERATOR, { value: parseEther("100") }),
  );
  const [first, second, one, more] = await trees(bench);

  const published = concat(second.keys.flatMap(({ pubkey, signature }) => [pubkey, signature]));
  await bench.measure("register keys, root alone", registry.commit(OPERATOR, first.root, BATCH, "0x"));
  await bench.measure(
    "register 10 keys, published",
    registry.commit(OPERATOR, second.root, BATCH, published),
  );
  const until = async (condition: () => Promise<boolean>) => void (await devnet.tickUntil(condition));
  await drawStake(bench.net, accounts.keeper, { operatorId: OPERATOR, eth: LOT_ETH, until });
  const setCurated = (curated: boolean) =>
    bench.gasOf(protocol.OperatorRegistry.connect(accounts.admin).setCurated(OPERATOR, curated));
  await setCurated(true);
  await predeposit(bench, first);
  bench.note("predeposit of ten, curated", await predeposit(bench, second));
  await setCurated(false);

  const known = devnet.chain.state.validators.length;
  await devnet.tickUntil(() => devnet.chain.state.validators.length === known + 2 * BATCH);
  await proveAndTopUp(bench, first, [0]);
  bench.note("prove and top up one", await proveAndTopUpOne(bench, first, 1));
  const ten = await proveAndTopUp(
    bench,
    second,
    Array.from({ length: BATCH }, (_, i) => i),
  );
  bench.note("prove and top up, each of ten", Math.round(ten / BATCH));

  for (const tree of [one, more]) await bench.gasOf(registry.commit(OPERATOR, tree.root, tree.count, "0x"));
  bench.note("predeposit of one, checked", await predeposit(bench, one));
  bench.note("predeposit of ten, checked", await predeposit(bench, more));
  return { funded: second.keys.map(({ pubkey }) => pubkey), unproven: [first, more] };
}

async function trees(bench: Bench): Promise<[KeyTree, KeyTree, KeyTree, KeyTree]> {
  const { genesisForkVersion } = await bench.net.beacon.genesis();
  const withdrawalCredentials = await bench.net.protocol.StakedEther.withdrawalCredentials();
  const keys = validatorKeys(seedFromMnemonic(MNEMONIC), 0, Number(LOT_ETH / 32n));
  bench.net.devnet.addKeys(keys.map(({ secretKey }) => secretKey));
  const signed = keys.map(({ secretKey }) =>
    signDeposit(secretKey, { withdrawalCredentials, amountGwei: GWEI_PER_ETHER }, genesisForkVersion),
  );
  return BATCHES.map((count) => new KeyTree(signed.splice(0, count))) as [KeyTree, KeyTree, KeyTree, KeyTree];
}

async function predeposit(bench: Bench, tree: KeyTree): Promise<number> {
  const { protocol, accounts } = bench.net;
  const indices = tree.keys.map((_, i) => i);
  return gasOf(await sendPredeposits(protocol, accounts.keeper, { operatorId: OPERATOR, tree, indices }));
}

async function proveAndTopUpOne(bench: Bench, tree: KeyTree, place: number): Promise<number> {
  const { protocol, accounts, beacon } = bench.net;
  const proof = await proveValidators(beacon, [tree.keys[place]!.pubkey]);
  const one = oneValidator(proof, tree, OPERATOR, 31n * GWEI_PER_ETHER);
  const depositor = protocol.BeaconDepositor.connect(accounts.keeper);
  return bench.gasOf(depositor.proveAndTopUpOne(one.validator, one.pubkey, proof.proof, one.keyProof));
}

async function proveAndTopUp(bench: Bench, tree: KeyTree, places: number[]): Promise<number> {
  const { protocol, accounts, beacon } = bench.net;
  const proof = await proveValidators(
    beacon,
    places.map((i) => tree.keys[i]!.pubkey),
  );
  const link = keyProof(tree, OPERATOR, proof.validators);
  const amounts = places.map(() => 31n * GWEI_PER_ETHER);
  return bench.gasOf(protocol.BeaconDepositor.connect(accounts.keeper).proveAndTopUp(proof, link, amounts));
}
