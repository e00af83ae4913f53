// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconDepositor} from "../../contracts/interfaces/IBeaconDepositor.sol";
import {IValidatorRegistry} from "../../contracts/interfaces/IValidatorRegistry.sol";
import {BeaconLayouts} from "../../contracts/oracle/BeaconLayouts.sol";
import {BeaconVerifier} from "../../contracts/oracle/BeaconVerifier.sol";
import {BeaconVectors} from "./BeaconVectors.sol";
import {Protocol} from "./Protocol.sol";

/// @notice The protocol with two operators, ether to deposit, and the vectors' validators under a fresh beacon root.
abstract contract Validators is Protocol, BeaconVectors {
    bytes32 internal constant DEPOSIT_EVENT = keccak256("DepositEvent(bytes,bytes,bytes,bytes,bytes)");
    uint256 internal constant RING = 8191;
    uint256 internal constant OPERATOR = 1;
    uint256 internal constant RIVAL = 2;
    /// @dev Backs two validators of 2,048 ETH and 24 of 32 ETH.
    uint256 internal constant BOND = 250 ether;

    address internal manager = makeAddr("manager");
    address internal rival = makeAddr("rival");
    address internal staker;
    string internal keys;
    bytes32 internal stateRoot;
    /// @dev Timestamp of the execution block that brought `stateRoot`.
    uint64 internal rootTime;

    function setUp() public virtual override {
        super.setUp();
        keys = keysFile();
        assertEq(vm.parseJsonAddress(keys, "$.vault"), address(withdrawalVault), "vectors of another vault");
        makeOperator(manager, BOND);
        makeOperator(rival, BOND);
        staker = makeStaker("staker", 5_000 ether - 2 * BOND);
        stateRoot = vm.parseJsonBytes32(keys, "$.root");
        freshRoot();
    }

    /// @notice A verifier of the vectors' state, under the one layout that it has.
    function makeVerifier() internal returns (BeaconVerifier) {
        BeaconLayouts.Layout[] memory layouts = new BeaconLayouts.Layout[](1);
        layouts[0] = BeaconLayouts.Layout(32, 75, 76, 77, 91, 98, 99, 100);
        return
            factory.newBeaconVerifier(
                BeaconLayouts.Network({
                    genesisTime: uint64(GENESIS_TIME),
                    secondsPerSlot: uint64(SECONDS_PER_SLOT),
                    slotsPerEpoch: uint64(SLOTS_PER_EPOCH),
                    slotsPerHistoricalRoot: 8_192,
                    epochsPerHistoricalVector: 65_536,
                    pendingPartialsLimit: 64,
                    pendingConsolidationsLimit: 64,
                    capellaSlot: 32,
                    endSlot: 32_000_000
                }),
                layouts
            );
    }

    /// @notice Makes the registry say that an operator runs the validators at these indices.
    function pretendToRun(uint256 operatorId, uint40[2] memory indices) internal {
        IValidatorRegistry.Validator memory v;
        v.operatorId = uint24(operatorId);
        for (uint256 i = 0; i < 2; ++i) {
            vm.mockCall(
                address(validatorRegistry),
                abi.encodeCall(validatorRegistry.validator, (indices[i])),
                abi.encode(v)
            );
        }
    }

    /// @notice The vectors' state under the root of a block of twelve seconds ago.
    function freshRoot() internal {
        rootTime = uint64(vm.getBlockTimestamp() - 12);
        setBeaconRoot(rootTime, stateRoot);
    }

    /* BEACON CHAIN */

    /// @notice The EIP-4788 contract answers `root` for `time`.
    function setBeaconRoot(uint256 time, bytes32 root) internal {
        vm.store(BEACON_ROOTS, bytes32(time % RING), bytes32(time));
        vm.store(BEACON_ROOTS, bytes32((time % RING) + RING), root);
    }

    /* KEYS */

    /// @notice A set of the vectors, its commitment made by `operatorId`.
    function committed(uint256 operatorId, string memory name) internal returns (KeySet memory s) {
        s = keySet(keys, name);
        vm.prank(operatorId == OPERATOR ? manager : rival);
        validatorRegistry.commit(operatorId, s.root, s.count, "");
    }

    function predeposit(uint256 operatorId, KeySet memory s) internal {
        (uint32[] memory gindices, bytes memory pubkeys, bytes memory signatures) = packed(s.keys);
        depositor.predeposit(operatorId, s.root, gindices, pubkeys, signatures, s.proof);
    }

    function proofOf(KeySet memory s) internal view returns (IBeaconDepositor.ValidatorProof memory) {
        return
            IBeaconDepositor.ValidatorProof({
                timestamp: rootTime,
                indices: s.indices,
                validators: s.validators,
                proof: s.validatorsProof
            });
    }

    function keyProofOf(
        uint256 operatorId,
        KeySet memory s
    ) internal pure returns (IBeaconDepositor.KeyProof memory) {
        return
            IBeaconDepositor.KeyProof({
                operatorId: operatorId,
                root: s.root,
                gindices: s.gindices,
                positions: s.positions,
                signatureHashes: s.signatureHashes,
                proof: s.proof
            });
    }

    function proveAndTopUp(uint256 operatorId, KeySet memory s, uint64[] memory amounts) internal {
        depositor.proveAndTopUp(proofOf(s), keyProofOf(operatorId, s), amounts);
    }

    /// @notice The same top-up for each of `count` validators.
    function amountsOf(uint256 count, uint64 amountGwei) internal pure returns (uint64[] memory amounts) {
        amounts = new uint64[](count);
        for (uint256 i = 0; i < count; ++i) amounts[i] = amountGwei;
    }

    /* DEPOSIT CONTRACT */

    function depositCount() internal view returns (uint256) {
        return uint256(vm.load(DEPOSIT_CONTRACT, bytes32(uint256(32))));
    }

    /// @notice A number of eight bytes, little-endian.
    function littleEndian(uint64 value) internal pure returns (bytes memory b) {
        b = new bytes(8);
        for (uint256 i = 0; i < 8; ++i) b[i] = bytes1(uint8(value >> (8 * i)));
    }
}
