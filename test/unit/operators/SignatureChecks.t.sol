// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PausableUntil} from "../../../contracts/access/PausableUntil.sol";
import {IBeaconDepositor} from "../../../contracts/interfaces/IBeaconDepositor.sol";
import {IBondVault} from "../../../contracts/interfaces/IBondVault.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {IStakeAllocator} from "../../../contracts/interfaces/IStakeAllocator.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {BeaconDepositor} from "../../../contracts/operators/BeaconDepositor.sol";
import {BLS12381} from "../../../contracts/libraries/BLS12381.sol";
import {DepositSignature} from "../../../contracts/libraries/DepositSignature.sol";
import {SignedDeposits} from "../../utils/SignedDeposits.sol";
import {Vm} from "../../utils/Vm.sol";

/// @notice VAL-5: of a class that is checked, no ether goes under a signature that the beacon chain would not accept. Here
/// OPERATOR is of such a class, and RIVAL, which governance knows, is not.
contract SignatureChecksTest is SignedDeposits {
    function setUp() public override {
        super.setUp();
        operatorRegistry.setCurated(RIVAL, true);
    }

    function depositorParameters() internal pure override returns (IBeaconDepositor.Parameters memory p) {
        p = super.depositorParameters();
        p.checksOthers = true;
    }

    /* CLASSES */

    function test_isChecked_FollowsTheClass() public {
        assertTrue(depositor.isChecked(OPERATOR), "unknown");
        assertFalse(depositor.isChecked(RIVAL), "known");
        operatorRegistry.setCurated(OPERATOR, true);
        operatorRegistry.setCurated(RIVAL, false);
        assertFalse(depositor.isChecked(OPERATOR), "known now");
        assertTrue(depositor.isChecked(RIVAL), "no longer");
    }

    function test_isChecked_OfEachPairOfClasses() public {
        for (uint256 i = 0; i < 4; ++i) {
            (bool curated, bool others) = (i & 1 == 1, i & 2 == 2);
            IBeaconDepositor.Parameters memory p = depositorParameters();
            (p.checksCurated, p.checksOthers) = (curated, others);
            BeaconDepositor another = makeDepositor(allocator, p);
            assertEq(another.isChecked(RIVAL), curated, "known");
            assertEq(another.isChecked(OPERATOR), others, "unknown");
        }
    }

    function test_isChecked_RevertGiven_NobodyHasTheId() public {
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorUnknown.selector, 99));
        depositor.isChecked(99);
    }

    function test_predeposit_RevertGiven_TheClassIsChecked() public {
        Batch memory b = commitSigned(OPERATOR, goods(2));
        vm.expectRevert(abi.encodeWithSelector(IBeaconDepositor.SignaturesUnchecked.selector, OPERATOR));
        predepositUnchecked(OPERATOR, b);
        assertNothingHappened(OPERATOR, b);
        operatorRegistry.setCurated(OPERATOR, true);
        predepositUnchecked(OPERATOR, b);
        assertEq(depositCount(), 2, "of a known operator");
    }

    /// @dev Whoever lost its place among the known ones shows its signatures from then on.
    function test_predeposit_RevertGiven_TheOperatorIsNoLongerKnown() public {
        Batch memory b = commitSigned(RIVAL, goods(2));
        operatorRegistry.setCurated(RIVAL, false);
        vm.expectRevert(abi.encodeWithSelector(IBeaconDepositor.SignaturesUnchecked.selector, RIVAL));
        predepositUnchecked(RIVAL, b);
        predepositChecked(RIVAL, b);
        assertEq(depositCount(), 2, "deposits");
    }

    /// @dev Of a class that is not checked, a bad signature costs what it always did: the bond pays for the lost ether.
    function test_predeposit_LooksAtNoSignatureOfAClassThatIsNotChecked() public {
        Batch memory b = commitSigned(RIVAL, only(signed("$.bad.anotherAmount")));
        predepositUnchecked(RIVAL, b);
        assertEq(depositCount(), 1, "deposits");
    }

    /* GOOD */

    function test_predepositChecked_SendsOneEtherForEachKey() public {
        Signed[] memory all = goods(10);
        Batch memory b = commitSigned(OPERATOR, all);
        uint256 buffer = ledger.buffer();
        uint256 left = allocator.position(OPERATOR).leftEth;
        vm.recordLogs();
        predepositChecked(OPERATOR, b);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 at = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != DEPOSIT_CONTRACT) continue;
            assertEq(
                logs[i].data,
                abi.encode(
                    all[at].pubkey,
                    abi.encodePacked(ledger.withdrawalCredentials()),
                    littleEndian(1e9),
                    all[at].signature,
                    littleEndian(uint64(at))
                ),
                "event"
            );
            ++at;
        }
        assertEq(at, 10, "events");
        assertEq(DEPOSIT_CONTRACT.balance, 10 ether, "deposited");
        assertEq(buffer - ledger.buffer(), 10 ether, "left the buffer");
        assertEq(left - allocator.position(OPERATOR).leftEth, 320, "spent");
        assertEq(uint256(validatorRegistry.stakeOf(OPERATOR).eth), 320, "stake");
        assertState(OPERATOR, b, IValidatorRegistry.KeyState.Predeposited);
    }

    /// @dev A known operator may have its signatures checked all the same.
    function test_predepositChecked_IsThereForEveryClass() public {
        Batch memory b = commitSigned(RIVAL, goods(1));
        predepositChecked(RIVAL, b);
        assertEq(depositCount(), 1, "deposits");
        Signed memory bad = signed("$.bad.anotherAmount");
        b = commitSigned(RIVAL, only(bad));
        expectInvalid(bad);
        predepositChecked(RIVAL, b);
    }

    /* BAD */

    function test_predepositChecked_RevertWhen_ASignatureIsBad() public {
        string[9] memory names = [
            "anotherAmount",
            "anotherAddress",
            "anotherPrefix",
            "anotherDomain",
            "anotherKeys",
            "keyOutside",
            "signatureOutside",
            "keyPlusOutside",
            "signaturePlusOutside"
        ];
        for (uint256 i = 0; i < names.length; ++i) {
            Signed memory bad = signed(string.concat("$.bad.", names[i]));
            Batch memory b = commitSigned(OPERATOR, only(bad));
            expectInvalid(bad);
            predepositChecked(OPERATOR, b);
            assertNothingHappened(OPERATOR, b);
        }
    }

    /// @dev One bad signature of ten, wherever it stands, names its key and stops them all.
    function test_predepositChecked_RevertWhen_OneOfTenIsBad() public {
        for (uint256 place = 0; place < 10; ++place) {
            Signed[] memory all = goods(10);
            all[place].signature = good((place + 1) % 10).signature;
            all[place].y.signature = good((place + 1) % 10).y.signature;
            Batch memory b = commitSigned(OPERATOR, all);
            expectInvalid(all[place]);
            predepositChecked(OPERATOR, b);
            assertNothingHappened(OPERATOR, b);
        }
    }

    /// @dev Keys, signatures and coordinates belong together by their places.
    function test_predepositChecked_RevertWhen_CoordinatesAreAnothers() public {
        Signed[] memory all = goods(3);
        Batch memory b = commitSigned(OPERATOR, goods(3));
        (b.ys[1], b.ys[2]) = (b.ys[2], b.ys[1]);
        expectInvalid(all[1]);
        predepositChecked(OPERATOR, b);
        b = batchOf(goods(3));
        b.ys[2].pubkey = all[0].y.pubkey;
        expectInvalid(all[2]);
        predepositChecked(OPERATOR, b);
        b = batchOf(goods(3));
        (b.ys[0].signature.c0, b.ys[0].signature.c1) = (b.ys[0].signature.c1, b.ys[0].signature.c0);
        expectInvalid(all[0]);
        predepositChecked(OPERATOR, b);
        assertNothingHappened(OPERATOR, b);
        predepositChecked(OPERATOR, batchOf(goods(3)));
        assertEq(depositCount(), 3, "whoever brings the right ones is served");
    }

    /// @dev With key and signature at infinity the equation is true for every message.
    function test_predepositChecked_RevertWhen_PointsAreInfinity() public {
        bytes1[2] memory flags = [bytes1(0xc0), bytes1(0x80)];
        for (uint256 i = 0; i < flags.length; ++i) {
            Signed memory bad = good(0);
            (bad.pubkey, bad.signature) = (new bytes(48), new bytes(96));
            (bad.pubkey[0], bad.signature[0]) = (flags[i], flags[i]);
            BLS12381.Fp memory zero = BLS12381.Fp(0, 0);
            bad.y = DepositSignature.YCoordinates(zero, BLS12381.Fp2(zero, zero));
            Batch memory b = commitSigned(OPERATOR, only(bad));
            expectInvalid(bad);
            predepositChecked(OPERATOR, b);
            assertNothingHappened(OPERATOR, b);
        }
    }

    /// @dev Whatever an operator commits instead of a good key and signature: no ether goes.
    function testFuzz_predepositChecked_RevertWhen_ABitOfWhatIsCommittedFlips(
        uint256 i,
        uint256 bit,
        bool ofKey
    ) public {
        Signed memory bad = good(bound(i, 0, 9));
        bytes memory data = ofKey ? bad.pubkey : bad.signature;
        data[(bit / 8) % data.length] ^= bytes1(uint8(1 << (bit % 8)));
        Batch memory b = commitSigned(OPERATOR, only(bad));
        expectInvalid(bad);
        predepositChecked(OPERATOR, b);
        assertNothingHappened(OPERATOR, b);
    }

    /// @dev With whatever gas: done, or refused for want of gas. A caller cannot make a good signature look bad.
    function testFuzz_predepositChecked_NeverLiesGiven_LittleGas(uint256 gasLimit) public {
        Batch memory b = commitSigned(OPERATOR, goods(1));
        gasLimit = bound(gasLimit, 100_000, 600_000);
        bytes memory data = abi.encodeCall(
            depositor.predepositChecked,
            (OPERATOR, b.root, b.gindices, b.pubkeys, b.signatures, new bytes32[](0), b.ys)
        );
        (bool done, bytes memory answer) = address(depositor).call{gas: gasLimit}(data);
        if (done) assertEq(depositCount(), 1, "deposits");
        else assertTrue(bytes4(answer) != IBeaconDepositor.SignatureInvalid.selector, "looks bad");
    }

    /* LENGTHS */

    function test_predepositChecked_RevertWhen_LengthsDiffer() public {
        Batch memory b = commitSigned(OPERATOR, goods(2));
        for (uint256 count = 0; count <= 3; ++count) {
            if (count == 2) continue;
            b.ys = new DepositSignature.YCoordinates[](count);
            vm.expectRevert(abi.encodeWithSelector(IBeaconDepositor.LengthMismatch.selector, count, 2));
            predepositChecked(OPERATOR, b);
        }
        b = batchOf(goods(2));
        b.pubkeys = bytes.concat(b.pubkeys, hex"00");
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.LengthMismatch.selector, 97, 96));
        predepositChecked(OPERATOR, b);
        b = batchOf(goods(2));
        b.signatures = bytes.concat(b.signatures, hex"00");
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.LengthMismatch.selector, 193, 192));
        predepositChecked(OPERATOR, b);
        b = batchOf(goods(2));
        b.pubkeys = good(0).pubkey;
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.LengthMismatch.selector, 48, 96));
        predepositChecked(OPERATOR, b);
        assertNothingHappened(OPERATOR, batchOf(goods(2)));
    }

    function test_predepositChecked_RevertWhen_ThereAreNoKeys() public {
        Batch memory b;
        vm.expectRevert(IValidatorRegistry.NoKeys.selector);
        predepositChecked(OPERATOR, b);
    }

    /* WHATEVER ELSE A PREDEPOSIT ASKS */

    function test_predepositChecked_RevertWhen_TheSignatureIsNotTheCommitted() public {
        Batch memory b = commitSigned(OPERATOR, only(signed("$.bad.anotherAmount")));
        // good, and of the same key
        b.signatures = good(0).signature;
        b.ys[0] = good(0).y;
        bytes32 id = validatorRegistry.commitmentIdOf(OPERATOR, b.root);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeysNotCommitted.selector, id));
        predepositChecked(OPERATOR, b);
    }

    function test_predepositChecked_RevertGiven_KeyHadIt() public {
        Batch memory b = commitSigned(OPERATOR, goods(1));
        predepositChecked(OPERATOR, b);
        bytes32 id = validatorRegistry.commitmentIdOf(OPERATOR, b.root);
        vm.expectRevert(
            abi.encodeWithSelector(
                IValidatorRegistry.WrongState.selector,
                id,
                1,
                IValidatorRegistry.KeyState.Predeposited
            )
        );
        predepositChecked(OPERATOR, b);
    }

    function test_predepositChecked_RevertGiven_NothingIsAllottedOrBacked() public {
        uint256 operatorId = makeOperator(makeAddr("small"), 0);
        Batch memory b = commitSigned(operatorId, goods(1));
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondTooSmall.selector, operatorId, 0, 1.6 ether));
        predepositChecked(operatorId, b);
        bonds.deposit{value: 1.6 ether}(operatorId);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeAllocator.AllotmentTooSmall.selector, operatorId, 0, 32)
        );
        predepositChecked(operatorId, b);
    }

    function test_predepositChecked_RevertGiven_TheBufferIsNotFree() public {
        Batch memory b = commitSigned(OPERATOR, goods(2));
        vm.deal(address(ledger), 1.5 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IBeaconDepositor.FreeBufferTooSmall.selector, 1.5 ether, 2 ether)
        );
        predepositChecked(OPERATOR, b);
    }

    function test_predepositChecked_RevertGiven_Paused() public {
        Batch memory b = commitSigned(OPERATOR, goods(1));
        depositor.pauseFor(500);
        vm.expectRevert(
            abi.encodeWithSelector(PausableUntil.PausedUntil.selector, vm.getBlockTimestamp() + 500)
        );
        predepositChecked(OPERATOR, b);
    }

    /* CONSTRUCTOR */

    function test_constructor_MakesTheDomainOfItsNetwork() public {
        assertEq(depositor.depositDomain(), good(0).domain, "the minimal preset's");
        IBeaconDepositor.Parameters memory p = depositorParameters();
        p.genesisForkVersion = 0x00000000;
        BeaconDepositor mainnets = makeDepositor(allocator, p);
        assertEq(mainnets.depositDomain(), signed("$.bad.anotherDomain").domain, "mainnet's");
        assertEq(
            mainnets.depositDomain(),
            0x03000000f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a9,
            "as wallets have it"
        );
    }

    /* INTERNAL */

    function expectInvalid(Signed memory bad) private {
        vm.expectRevert(abi.encodeWithSelector(IBeaconDepositor.SignatureInvalid.selector, bad.pubkey));
    }

    function assertState(uint256 operatorId, Batch memory b, IValidatorRegistry.KeyState state) private view {
        bytes32 id = validatorRegistry.commitmentIdOf(operatorId, b.root);
        for (uint256 i = 0; i < b.gindices.length; ++i) {
            assertEq(uint256(validatorRegistry.stateOf(id, b.gindices[i])), uint256(state), "state");
        }
    }

    /// @dev All keys stay committed, and ether, stake and allotment where they were.
    function assertNothingHappened(uint256 operatorId, Batch memory b) private view {
        assertState(operatorId, b, IValidatorRegistry.KeyState.Committed);
        assertEq(depositCount(), 0, "deposits");
        assertEq(DEPOSIT_CONTRACT.balance, 0, "deposited");
        assertEq(ledger.buffer(), 5_001 ether, "buffer");
        assertEq(uint256(validatorRegistry.stakeOf(operatorId).eth), 0, "stake");
        assertEq(uint256(allocator.position(operatorId).leftEth), LOT_ETH, "allotment");
    }
}
