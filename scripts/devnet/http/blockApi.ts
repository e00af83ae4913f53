import "../preset.ts";
import type { routes } from "@lodestar/api/beacon";
import { ApiError, type ApplicationMethods } from "@lodestar/api/server";
import { ForkName } from "@lodestar/params";
import { fromHex } from "@lodestar/utils";
import type { BeaconChain } from "../beaconChain.ts";
import type { BlockRecord } from "../history.ts";
import { InvalidOperationError } from "../operations.ts";
import { BAD_REQUEST, blockById, isFinalized } from "./ids.ts";

type Methods = ApplicationMethods<routes.beacon.Endpoints>;
type BlockMethods = Pick<
  Methods,
  | "getGenesis"
  | "getBlockHeaders"
  | "getBlockHeader"
  | "getBlockV2"
  | "getBlockRoot"
  | "getPoolVoluntaryExits"
  | "submitPoolVoluntaryExit"
>;

/// `/eth/v1/beacon/{genesis,headers,blocks,pool}/...`
export function blockApi(chain: BeaconChain): BlockMethods {
  const metaOf = (...records: BlockRecord[]) => ({
    executionOptimistic: false,
    finalized: records.length > 0 && records.every((record) => isFinalized(chain, record)),
    version: ForkName.fulu,
  });
  return {
    getGenesis: async () => ({
      data: {
        genesisTime: chain.genesisTime,
        genesisValidatorsRoot: chain.config.genesisValidatorsRoot,
        genesisForkVersion: chain.config.GENESIS_FORK_VERSION,
      },
    }),
    getBlockHeaders: async ({ slot, parentRoot }) => {
      const records = headersMatching(chain, slot, parentRoot);
      return { data: records.map(headerResponse), meta: metaOf(...records) };
    },
    getBlockHeader: async ({ blockId }) => {
      const record = blockById(chain, blockId);
      return { data: headerResponse(record), meta: metaOf(record) };
    },
    getBlockV2: async ({ blockId }) => {
      const record = blockById(chain, blockId);
      return { data: record.block, meta: metaOf(record) };
    },
    getBlockRoot: async ({ blockId }) => {
      const record = blockById(chain, blockId);
      return { data: { root: fromHex(record.blockRoot) }, meta: metaOf(record) };
    },
    getPoolVoluntaryExits: async () => ({ data: chain.operations.voluntaryExits }),
    submitPoolVoluntaryExit: async ({ signedVoluntaryExit }) => {
      try {
        chain.submitVoluntaryExit(signedVoluntaryExit);
      } catch (error) {
        if (error instanceof InvalidOperationError) throw new ApiError(BAD_REQUEST, error.message);
        throw error;
      }
    },
  };
}

/// Without a condition: the head. There is one chain only, so at most one header matches.
function headersMatching(chain: BeaconChain, slot?: number, parentRoot?: string): BlockRecord[] {
  if (slot === undefined && parentRoot === undefined) return [chain.head];
  const record = slot === undefined ? childOf(chain, parentRoot!) : chain.history.atSlot(slot);
  if (!record) return [];
  const isChild =
    parentRoot === undefined || chain.history.byBlockRoot(parentRoot) === parentOf(chain, record);
  return isChild ? [record] : [];
}

function childOf(chain: BeaconChain, parentRoot: string): BlockRecord | undefined {
  const parent = chain.history.byBlockRoot(parentRoot);
  return parent && chain.history.firstFrom(parent.slot + 1);
}

function parentOf(chain: BeaconChain, record: BlockRecord): BlockRecord | undefined {
  return chain.history.byBlockRoot(record.header.parentRoot);
}

function headerResponse(record: BlockRecord): routes.beacon.BlockHeaderResponse {
  return {
    root: fromHex(record.blockRoot),
    canonical: true,
    header: { message: record.header, signature: record.block.signature },
  };
}
