/**
 * The answers of the Beacon API that Kedge reads, as schemas: numbers come as decimal strings, names in
 * snake_case, and are turned here into the project's own forms. Source: Ethereum Beacon APIs, v2 and later.
 */
import { z } from "zod";

const decimal = z.string().regex(/^(0|[1-9][0-9]*)$/, "expected a decimal number in a string");
const UINT64_MAX = 2n ** 64n - 1n;

/** A uint64 that may be large (a balance, the epoch of a validator). */
const uint64 = decimal.transform(BigInt).refine((n) => n <= UINT64_MAX, "expected a uint64");
/** A uint64 that counts (a slot, an index, a time): refused where a number could not hold it. */
const count = decimal.transform(Number).refine(Number.isSafeInteger, "expected a number below 2^53");
const hexOf = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`), `expected ${bytes} bytes of 0x-hex`)
    .transform((hex) => hex.toLowerCase());
const root = hexOf(32);
const flags = { execution_optimistic: z.boolean().optional(), finalized: z.boolean().optional() };

export const genesisSchema = z
  .object({
    data: z.object({ genesis_time: count, genesis_validators_root: root, genesis_fork_version: hexOf(4) }),
  })
  .transform(({ data }) => ({
    genesisTime: data.genesis_time,
    genesisValidatorsRoot: data.genesis_validators_root,
    genesisForkVersion: data.genesis_fork_version,
  }));

const positive = count.refine((n) => n > 0, "expected more than zero");
const specValues = z.object({
  SLOTS_PER_EPOCH: positive,
  SECONDS_PER_SLOT: positive.optional(),
  SLOT_DURATION_MS: positive.optional(),
  PRESET_BASE: z.string().optional(),
  DEPOSIT_CONTRACT_ADDRESS: hexOf(20).optional(),
  DEPOSIT_CHAIN_ID: count.optional(),
});

/** Some networks announce SLOT_DURATION_MS instead of SECONDS_PER_SLOT; who says both must mean the same. */
export const specSchema = z
  .object({ data: z.record(z.string(), z.unknown()) })
  .transform(({ data }, context) => {
    const read = specValues.safeParse(data);
    if (!read.success) {
      for (const { path, message } of read.error.issues) context.addIssue({ code: "custom", path, message });
      return z.NEVER;
    }
    const { SECONDS_PER_SLOT: seconds, SLOT_DURATION_MS: ms } = read.data;
    const secondsPerSlot = seconds ?? (ms ?? NaN) / 1000;
    if (!Number.isInteger(secondsPerSlot) || (ms !== undefined && ms !== secondsPerSlot * 1000)) {
      const message = `no whole seconds per slot: SECONDS_PER_SLOT ${seconds ?? "-"}, SLOT_DURATION_MS ${ms ?? "-"}`;
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    }
    return {
      secondsPerSlot,
      slotsPerEpoch: read.data.SLOTS_PER_EPOCH,
      /** "mainnet" or "minimal". */
      preset: read.data.PRESET_BASE,
      depositContractAddress: read.data.DEPOSIT_CONTRACT_ADDRESS,
      depositChainId: read.data.DEPOSIT_CHAIN_ID,
      /** Everything as the node says it: strings, and lists of objects (BLOB_SCHEDULE). */
      values: data,
    };
  });

export const depositContractSchema = z
  .object({ data: z.object({ chain_id: count, address: hexOf(20) }) })
  .transform(({ data }) => ({ chainId: data.chain_id, address: data.address }));

export const syncingSchema = z
  .object({
    data: z.object({
      head_slot: count,
      sync_distance: count,
      is_syncing: z.boolean(),
      is_optimistic: z.boolean().default(false),
      el_offline: z.boolean().default(false),
    }),
  })
  .transform(({ data }) => ({
    headSlot: data.head_slot,
    syncDistance: data.sync_distance,
    isSyncing: data.is_syncing,
    /** It follows blocks that its execution node has not verified. */
    isOptimistic: data.is_optimistic,
    isExecutionOffline: data.el_offline,
  }));

export const forkScheduleSchema = z
  .object({
    data: z.array(z.object({ previous_version: hexOf(4), current_version: hexOf(4), epoch: uint64 })),
  })
  .transform(({ data }) => data.map(({ current_version, epoch }) => ({ version: current_version, epoch })));

const headerMessage = z
  .object({ slot: count, proposer_index: count, parent_root: root, state_root: root, body_root: root })
  .transform((message) => ({
    slot: message.slot,
    proposerIndex: message.proposer_index,
    parentRoot: message.parent_root,
    stateRoot: message.state_root,
    bodyRoot: message.body_root,
  }));

export const headerSchema = z
  .object({
    ...flags,
    data: z.object({ root, canonical: z.boolean(), header: z.object({ message: headerMessage }) }),
  })
  .transform(({ data, execution_optimistic, finalized }) => ({
    root: data.root,
    canonical: data.canonical,
    header: data.header.message,
    executionOptimistic: execution_optimistic ?? false,
    finalized: finalized ?? false,
  }));

const withdrawal = z
  .object({ index: count, validator_index: count, address: hexOf(20), amount: uint64 })
  .transform(({ index, validator_index, address, amount }) => ({
    index,
    validatorIndex: validator_index,
    address,
    amountGwei: amount,
  }));

export const blockSchema = z
  .object({
    ...flags,
    version: z.string(),
    data: z.object({
      message: z.object({
        slot: count,
        proposer_index: count,
        parent_root: root,
        state_root: root,
        body: z.object({
          execution_payload: z.object({
            block_hash: root,
            fee_recipient: hexOf(20),
            block_number: count,
            timestamp: count,
            withdrawals: z.array(withdrawal),
          }),
        }),
      }),
    }),
  })
  .transform(({ version, data: { message }, execution_optimistic, finalized }) => ({
    version,
    slot: message.slot,
    proposerIndex: message.proposer_index,
    parentRoot: message.parent_root,
    stateRoot: message.state_root,
    execution: {
      blockHash: message.body.execution_payload.block_hash,
      feeRecipient: message.body.execution_payload.fee_recipient,
      blockNumber: message.body.execution_payload.block_number,
      timestamp: message.body.execution_payload.timestamp,
      withdrawals: message.body.execution_payload.withdrawals,
    },
    executionOptimistic: execution_optimistic ?? false,
    finalized: finalized ?? false,
  }));

const checkpoint = z.object({ epoch: count, root });

export const finalityCheckpointsSchema = z
  .object({
    data: z.object({ previous_justified: checkpoint, current_justified: checkpoint, finalized: checkpoint }),
  })
  .transform(({ data }) => ({
    previousJustified: data.previous_justified,
    currentJustified: data.current_justified,
    finalized: data.finalized,
  }));

const validator = z
  .object({
    index: count,
    balance: uint64,
    status: z.string(),
    validator: z.object({
      pubkey: hexOf(48),
      withdrawal_credentials: root,
      effective_balance: uint64,
      slashed: z.boolean(),
      activation_eligibility_epoch: uint64,
      activation_epoch: uint64,
      exit_epoch: uint64,
      withdrawable_epoch: uint64,
    }),
  })
  .transform(({ index, balance, status, validator }) => ({
    index,
    balanceGwei: balance,
    status,
    pubkey: validator.pubkey,
    withdrawalCredentials: validator.withdrawal_credentials,
    effectiveBalanceGwei: validator.effective_balance,
    slashed: validator.slashed,
    activationEligibilityEpoch: validator.activation_eligibility_epoch,
    activationEpoch: validator.activation_epoch,
    exitEpoch: validator.exit_epoch,
    withdrawableEpoch: validator.withdrawable_epoch,
  }));

export const validatorsSchema = z.object({ data: z.array(validator) }).transform(({ data }) => data);

const pendingDeposit = z
  .object({
    pubkey: hexOf(48),
    withdrawal_credentials: root,
    amount: uint64,
    signature: hexOf(96),
    slot: count,
  })
  .transform(({ pubkey, withdrawal_credentials, amount, signature, slot }) => ({
    pubkey,
    withdrawalCredentials: withdrawal_credentials,
    amountGwei: amount,
    signature,
    slot,
  }));

export const pendingDepositsSchema = z
  .object({ data: z.array(pendingDeposit) })
  .transform(({ data }) => data);

export const pendingPartialsSchema = z
  .object({ data: z.array(z.object({ validator_index: count, amount: uint64, withdrawable_epoch: count })) })
  .transform(({ data }) =>
    data.map(({ validator_index, amount, withdrawable_epoch }) => ({
      validatorIndex: validator_index,
      amountGwei: amount,
      withdrawableEpoch: withdrawable_epoch,
    })),
  );

export const pendingConsolidationsSchema = z
  .object({ data: z.array(z.object({ source_index: count, target_index: count })) })
  .transform(({ data }) =>
    data.map(({ source_index, target_index }) => ({ source: source_index, target: target_index })),
  );

export const proposerDutiesSchema = z
  .object({ data: z.array(z.object({ pubkey: hexOf(48), validator_index: count, slot: count })) })
  .transform(({ data }) =>
    data.map(({ pubkey, validator_index, slot }) => ({ pubkey, validatorIndex: validator_index, slot })),
  );

export type Genesis = z.output<typeof genesisSchema>;
export type Spec = z.output<typeof specSchema>;
export type DepositContract = z.output<typeof depositContractSchema>;
export type Syncing = z.output<typeof syncingSchema>;
/** A fork by its version, and the epoch in which it begins. */
export type Fork = z.output<typeof forkScheduleSchema>[number];
/** A header and its root as the node states it. */
export type HeaderAnswer = z.output<typeof headerSchema>;
export type BlockAnswer = z.output<typeof blockSchema>;
export type FinalityCheckpoints = z.output<typeof finalityCheckpointsSchema>;
export type ValidatorAnswer = z.output<typeof validator>;
export type ProposerDuty = z.output<typeof proposerDutiesSchema>[number];
export type PendingDeposit = z.output<typeof pendingDeposit>;
export type PendingConsolidationAnswer = z.output<typeof pendingConsolidationsSchema>[number];
export type PendingPartialAnswer = z.output<typeof pendingPartialsSchema>[number];
