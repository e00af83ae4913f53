// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Authority} from "../../contracts/access/Authority.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IAuthority} from "../../contracts/interfaces/IAuthority.sol";
import {IBalanceCheckpoint} from "../../contracts/interfaces/IBalanceCheckpoint.sol";
import {IStakedEther} from "../../contracts/interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../../contracts/interfaces/IValidatorRegistry.sol";
import {OperatorRegistry} from "../../contracts/operators/OperatorRegistry.sol";
import {ValidatorRegistry} from "../../contracts/operators/ValidatorRegistry.sol";
import {BalanceCheckpoint} from "../../contracts/oracle/BalanceCheckpoint.sol";
import {BeaconVerifier} from "../../contracts/oracle/BeaconVerifier.sol";
import {BeaconValidator} from "../../contracts/types/BeaconValidator.sol";
import {PendingDeposit, PendingDepositHead} from "../../contracts/types/PendingDeposit.sol";
import {DepositBooks__Mock} from "../mocks/DepositBooks__Mock.sol";
import {ProvenReports__Mock} from "../mocks/ProvenReports__Mock.sol";
import {FactoryTest} from "./FactoryTest.sol";
import {VerifierVectors} from "./VerifierVectors.sol";

/// @notice A registry with the vectors' keys, 15 of them proven, and checkpoints of the vectors' state. The test is in the
/// depositor's and the witness's place.
abstract contract Checkpoints is FactoryTest, VerifierVectors {
    struct Key {
        bytes pubkey;
        bytes signature;
        uint40 index;
    }

    struct Balances {
        uint256[] indices;
        bytes32[] chunks;
        bytes32[] proof;
        uint256[] balances;
    }

    struct Walk {
        uint256 first;
        PendingDepositHead[] heads;
        bytes32[] proof;
    }

    struct Shown {
        uint256[] positions;
        PendingDeposit[] deposits;
        bytes32[] proof;
    }

    struct Living {
        uint40 index;
        BeaconValidator validator;
        bytes32[] proof;
    }

    uint64 internal constant SLOT = 1_500;
    uint32 internal constant FRAME_SECONDS = 960;
    /// @dev Its boundary is slot 1360.
    uint256 internal constant FRAME = 17;
    uint256 internal constant SETTLE = 4 minutes;
    uint64 internal constant TOP_UP_GWEI = 31e9;
    uint64 internal constant PREDEPOSIT_GWEI = 1e9;
    /// @dev 16 predeposits, 15 top-ups.
    uint256 internal constant DEPOSITED_GWEI = 481e9;
    /// @dev The key whose validator does not exist yet.
    uint256 internal constant WAITING = 15;
    uint256 internal constant FIRST_GINDEX = 16;

    Authority internal authority;
    ValidatorRegistry internal registry;
    BeaconVerifier internal verifier;
    DepositBooks__Mock internal ledger;
    ProvenReports__Mock internal reports;
    BalanceCheckpoint internal checkpoints;
    address internal withdrawalVault;
    address internal rewardsVault = makeAddr("rewards vault");

    string internal vectors;
    bytes32 internal stateRoot;
    Key[] internal keys;
    bytes32[32] internal nodes;

    function setUp() public virtual {
        loadVectors();
        vectors = vm.readFile("test/fixtures/generated/beacon-checkpoint.json");
        withdrawalVault = vm.parseJsonAddress(vectors, "$.vault");
        stateRoot = vm.parseJsonBytes32(vectors, "$.root");
        vm.warp(timeOf(SLOT + 1));
        makeRegistry();
        verifier = factory.newBeaconVerifier(network(), layouts());
        ledger = new DepositBooks__Mock(withdrawalVault, GENESIS_TIME, FRAME_SECONDS);
        reports = new ProvenReports__Mock();
        checkpoints = factory.newBalanceCheckpoint(
            verifier,
            IStakedEther(address(ledger)),
            registry,
            withdrawalVault,
            rewardsVault,
            reports,
            SETTLE
        );
        // the top-up of key 1, at slot 1361, was after the boundary
        ledger.setDeposited(DEPOSITED_GWEI);
        ledger.setReport(FRAME, timeOf(1_400), DEPOSITED_GWEI - TOP_UP_GWEI);
        setParentRoot(SLOT + 1, stateRoot);
    }

    /* KEYS */

    function makeRegistry() private {
        authority = factory.newAuthority(address(this));
        IAuthority a = IAuthority(address(authority));
        OperatorRegistry operators = factory.newOperatorRegistry(a);
        registry = factory.newValidatorRegistry(a, operators, 60 days);
        authority.grantRole(Roles.OPERATOR_MANAGER, address(this));
        authority.grantRole(Roles.DEPOSITOR, address(this));
        authority.grantRole(Roles.WITNESS, address(this));
        authority.grantRole(Roles.BOND_VAULT, address(this));
        authority.grantRole(Roles.CONSOLIDATOR, address(this));
        operators.register(address(this), 1_000);

        Key[] memory all = abi.decode(vm.parseJsonBytes(vectors, "$.keys"), (Key[]));
        uint32[] memory gindices = new uint32[](all.length);
        (bytes memory pubkeys, bytes memory signatures) = ("", "");
        for (uint256 i = 0; i < all.length; ++i) {
            keys.push(all[i]);
            gindices[i] = gindexOf(i);
            nodes[gindices[i]] = keccak256(abi.encode(keccak256(all[i].pubkey), keccak256(all[i].signature)));
            pubkeys = bytes.concat(pubkeys, all[i].pubkey);
            signatures = bytes.concat(signatures, all[i].signature);
        }
        for (uint256 g = 15; g > 0; --g) nodes[g] = keccak256(abi.encode(nodes[2 * g], nodes[2 * g + 1]));
        registry.commit(1, nodes[1], all.length, "");
        registry.predeposit(1, nodes[1], gindices, pubkeys, signatures, new bytes32[](0));
        for (uint256 i = 0; i < WAITING; ++i) prove(i, all[i].index);
    }

    function prove(uint256 key, uint40 index) internal {
        registry.proveOne(
            1,
            nodes[1],
            IValidatorRegistry.Link({
                gindex: gindexOf(key),
                validatorIndex: index,
                topUpGwei: TOP_UP_GWEI,
                pubkeyHash: keccak256(keys[key].pubkey),
                signatureHash: keccak256(keys[key].signature)
            }),
            branchOf(key)
        );
    }

    function gindexOf(uint256 key) internal pure returns (uint32) {
        return uint32(2 * FIRST_GINDEX - 1 - key);
    }

    function branchOf(uint256 key) internal view returns (bytes32[] memory branch) {
        branch = new bytes32[](4);
        for (uint256 i = 0; i < 4; ++i) branch[i] = nodes[(gindexOf(key) >> i) ^ 1];
    }

    function placeOf(uint256 key) internal view returns (IBalanceCheckpoint.KeyPlace memory) {
        return
            IBalanceCheckpoint.KeyPlace({
                operatorId: 1,
                root: nodes[1],
                gindex: gindexOf(key),
                signatureHash: keccak256(keys[key].signature),
                proof: branchOf(key)
            });
    }

    /// @notice Takes a validator to its last withdrawal.
    function withdraw(uint256 index) internal {
        registry.advance(index, IValidatorRegistry.ValidatorState.Withdrawn, false);
    }

    /* VECTORS */

    function balances(string memory name) internal view returns (Balances memory) {
        return abi.decode(vm.parseJsonBytes(vectors, string.concat("$.balances.", name)), (Balances));
    }

    function walkOf(string memory range) internal view returns (Walk memory) {
        return abi.decode(vm.parseJsonBytes(vectors, string.concat("$.walks.", range)), (Walk));
    }

    function shown(string memory positions) internal view returns (Shown memory) {
        return abi.decode(vm.parseJsonBytes(vectors, string.concat("$.deposits.", positions)), (Shown));
    }

    function living(string memory index) internal view returns (Living memory) {
        return abi.decode(vm.parseJsonBytes(vectors, string.concat("$.validators.", index)), (Living));
    }

    /* STEPS */

    /// @notice Deposits are noted in a block, and the checkpoint is opened in a later one.
    function openLive(uint256 frame) internal returns (uint256) {
        checkpoints.noteDeposits();
        vm.roll(vm.getBlockNumber() + 1);
        return checkpoints.openLive(frame);
    }

    function count(uint256 id, string memory name) internal {
        Balances memory b = balances(name);
        checkpoints.showBalances(id, b.indices, b.chunks, b.proof);
    }

    function walk(uint256 id, string memory range) internal {
        Walk memory w = walkOf(range);
        checkpoints.walk(id, w.first, w.heads, w.proof);
    }

    function countDeposit(uint256 id, string memory position, uint256 key) internal {
        Shown memory s = shown(position);
        IBalanceCheckpoint.KeyPlace[] memory places = new IBalanceCheckpoint.KeyPlace[](1);
        places[0] = placeOf(key);
        checkpoints.countDeposits(id, s.positions, s.deposits, places, s.proof);
    }

    function proveFrontier(uint256 id, string memory position, string memory index) internal {
        Shown memory s = shown(position);
        Living memory v = living(index);
        checkpoints.proveFrontier(
            id,
            s.positions[0],
            headOf(s.deposits[0]),
            s.proof,
            v.index,
            v.validator,
            v.proof
        );
    }

    /// @notice All that there is to show up to the frontier, and what was put off.
    function countAll(uint256 id) internal {
        count(id, "all");
        walk(id, "0-7");
        countDeposit(id, "1", 0);
        countDeposit(id, "3", WAITING);
        countDeposit(id, "8", 9);
        proveFrontier(id, "2", "7");
    }

    /// @notice With validators that were shown in one batch.
    function complete(uint256 id, uint256[] memory indices, uint256 firstDeparture) internal {
        checkpoints.complete(id, indices, sizesOf(indices.length), waitingWords(), firstDeparture);
    }

    function sizesOf(uint256 size) internal pure returns (uint256[] memory sizes) {
        sizes = new uint256[](1);
        sizes[0] = size;
    }

    function complete(uint256 id) internal {
        complete(id, balances("all").indices, 0);
    }

    /// @notice All keys stand in one word.
    function waitingWords() internal view returns (IValidatorRegistry.KeyWord[] memory words) {
        words = new IValidatorRegistry.KeyWord[](1);
        // no call: it may stand behind an expectation
        words[0] = IValidatorRegistry.KeyWord(keccak256(abi.encode(uint256(1), nodes[1])), 0);
    }

    /// @notice The hashes of which a deposit's root is made, by the precompile itself.
    function headOf(PendingDeposit memory d) internal pure returns (PendingDepositHead memory) {
        bytes memory s = d.signature;
        (bytes32 s0, bytes32 s1, bytes32 s2) = (0, 0, 0);
        assembly ("memory-safe") {
            s0 := mload(add(s, 0x20))
            s1 := mload(add(s, 0x40))
            s2 := mload(add(s, 0x60))
        }
        bytes32 signatureRoot = sha256(
            abi.encode(sha256(abi.encode(s0, s1)), sha256(abi.encode(s2, bytes32(0))))
        );
        return
            PendingDepositHead({
                pubkeyRoot: sha256(bytes.concat(d.pubkey, new bytes(16))),
                withdrawalCredentials: d.withdrawalCredentials,
                amountAndSignature: sha256(abi.encode(littleEndian(d.amountGwei), signatureRoot)),
                slot: d.slot
            });
    }

    function littleEndian(uint64 value) internal pure returns (bytes32 chunk) {
        for (uint256 i = 0; i < 8; ++i) chunk |= bytes32(uint256(uint8(value >> (8 * i))) << (248 - 8 * i));
    }

    /// @notice All of a list but the element at `at`.
    function without(uint256[] memory list, uint256 at) internal pure returns (uint256[] memory rest) {
        rest = new uint256[](list.length - 1);
        for (uint256 i = 0; i < rest.length; ++i) rest[i] = list[i < at ? i : i + 1];
    }

    function sumOf(uint256[] memory list) internal pure returns (uint256 sum) {
        for (uint256 i = 0; i < list.length; ++i) sum += list[i];
    }
}
