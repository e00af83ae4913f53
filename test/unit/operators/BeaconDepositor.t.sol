// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {PausableUntil} from "../../../contracts/access/PausableUntil.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IBeaconDepositor} from "../../../contracts/interfaces/IBeaconDepositor.sol";
import {IDepositContract} from "../../../contracts/interfaces/IDepositContract.sol";
import {IStakeAllocator} from "../../../contracts/interfaces/IStakeAllocator.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {IBondVault} from "../../../contracts/interfaces/IBondVault.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {IWithdrawalQueue} from "../../../contracts/interfaces/IWithdrawalQueue.sol";
import {BeaconProofs} from "../../../contracts/libraries/BeaconProofs.sol";
import {BeaconRoots} from "../../../contracts/libraries/BeaconRoots.sol";
import {SSZ} from "../../../contracts/libraries/SSZ.sol";
import {Validators} from "../../utils/Validators.sol";
import {Vm} from "../../utils/Vm.sol";

/// @notice Predeposit, proof, top-up, with real keys, a real state and the official deposit contract.
contract BeaconDepositorTest is Validators {
    uint64 private constant ETHER = 1e9;

    /* THE WHOLE LIFE */

    function test_predeposit_SendsOneEtherForEachKey() public {
        KeySet memory s = committed(OPERATOR, "all");
        uint256 before = ledger.buffer();
        uint256 pooled = ledger.getTotalPooledEther();
        vm.recordLogs();
        predeposit(OPERATOR, s);
        assertDepositEvents(s, ETHER);
        assertEq(depositCount(), 16, "deposits");
        assertEq(DEPOSIT_CONTRACT.balance, 16 ether, "deposited");
        assertEq(before - ledger.buffer(), 16 ether, "left the buffer");
        assertEq(ledger.getTotalPooledEther(), pooled, "pooled");
        assertEq(ledger.booksAt(currentFrame() + 1).depositedGwei, 16 * ETHER, "books");
        assertEq(uint256(validatorRegistry.stakeOf(OPERATOR).eth), 16 * 32, "stake");
    }

    function test_proveAndTopUp_ProvesAllAndTopsUpSome() public {
        KeySet memory s = committed(OPERATOR, "all");
        predeposit(OPERATOR, s);
        uint64[] memory amounts = new uint64[](16);
        amounts[0] = 31 * ETHER;
        amounts[3] = 2_047 * ETHER;
        amounts[15] = 32 * ETHER;
        proveAndTopUp(OPERATOR, s, amounts);

        assertEq(DEPOSIT_CONTRACT.balance, (16 + 31 + 2_047 + 32) * 1 ether, "deposited");
        assertEq(depositCount(), 19, "deposits");
        for (uint256 i = 0; i < 16; ++i) {
            assertTrue(validatorRegistry.isProven(s.indices[i]), "proven");
        }
        assertEq(ledger.booksAt(currentFrame() + 1).depositedGwei, 2_126 * ETHER, "books");
    }

    /// @dev Keys in the order of the tree, validators in that of the chain: each amount reaches its own validator.
    function test_proveAndTopUp_CrossesTheTwoOrders() public {
        KeySet memory s = committed(OPERATOR, "crossed");
        predeposit(OPERATOR, s);
        uint64[] memory amounts = new uint64[](6);
        for (uint256 i = 0; i < 6; ++i) amounts[i] = uint64(i + 31) * ETHER;
        vm.recordLogs();
        proveAndTopUp(OPERATOR, s, amounts);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 at = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != DEPOSIT_CONTRACT) continue;
            (bytes memory pubkey, bytes memory credentials, bytes memory amount, , ) = abi.decode(
                logs[i].data,
                (bytes, bytes, bytes, bytes, bytes)
            );
            assertEq(pubkey, s.validators[at].pubkey, "pubkey");
            assertEq(credentials, abi.encodePacked(ledger.withdrawalCredentials()), "credentials");
            assertEq(amount, littleEndian(amounts[at]), "amount");
            ++at;
        }
        assertEq(at, 6, "deposits");
        for (uint256 i = 0; i < 6; ++i) assertTrue(validatorRegistry.isProven(s.indices[i]), "proven");
    }

    function test_proveAndTopUp_ProvesWithoutTopUp() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        proveAndTopUp(OPERATOR, s, amountsOf(1, 0));
        assertTrue(validatorRegistry.isProven(s.indices[0]), "proven");
        assertEq(depositCount(), 1, "deposits");
    }

    function test_topUp_FillsToTheMaximum() public {
        KeySet memory s = proven("key0");
        assertEq(uint256(s.validators[0].effectiveBalance), ETHER, "effective balance");
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.TopUpAboveMaximum.selector, 100, 2_049, 2_048)
        );
        depositor.topUp(proofOf(s), amountsOf(1, 2_048 * ETHER));
        depositor.topUp(proofOf(s), amountsOf(1, 2_047 * ETHER));
        assertEq(DEPOSIT_CONTRACT.balance, 2_048 ether, "deposited");
    }

    /// @dev What is on its way counts: the same validator cannot be filled twice before the beacon chain knows.
    function test_topUp_SeesWhatIsOnItsWay() public {
        KeySet memory s = proven("key0");
        depositor.topUp(proofOf(s), amountsOf(1, 2_047 * ETHER));
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.TopUpAboveMaximum.selector, 100, 2_049, 2_048)
        );
        depositor.topUp(proofOf(s), amountsOf(1, ETHER));
        assertEq(DEPOSIT_CONTRACT.balance, 2_048 ether, "the maximum");
    }

    function test_topUp_OfNothingDoesNothing() public {
        KeySet memory s = proven("key0");
        uint256 before = ledger.buffer();
        depositor.topUp(proofOf(s), amountsOf(1, 0));
        assertEq(ledger.buffer(), before, "buffer");
        assertEq(depositCount(), 1, "deposits");
    }

    /* ONE VALIDATOR */

    function test_proveAndTopUpOne_DoesWhatTheListDoes() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        vm.recordLogs();
        proveOne(oneOf(s, 31 * ETHER), s);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        bytes memory data = logs[logs.length - 1].data;
        (bytes memory pubkey, bytes memory credentials, bytes memory amount, bytes memory signature, ) = abi
            .decode(data, (bytes, bytes, bytes, bytes, bytes));
        assertEq(pubkey, s.validators[0].pubkey, "pubkey");
        assertEq(credentials, abi.encodePacked(ledger.withdrawalCredentials()), "credentials");
        assertEq(amount, littleEndian(31 * ETHER), "amount");
        assertEq(signature, new bytes(96), "signature");
        IValidatorRegistry.Validator memory ours = validatorRegistry.validator(s.indices[0]);
        assertEq(uint256(ours.operatorId), OPERATOR, "operator");
        assertEq(uint256(ours.depositedEth), 32, "deposited");
        assertEq(DEPOSIT_CONTRACT.balance, 32 ether, "sent");
        bytes32 id = validatorRegistry.commitmentIdOf(OPERATOR, s.root);
        vm.expectRevert(
            abi.encodeWithSelector(
                IValidatorRegistry.WrongState.selector,
                id,
                s.gindices[0],
                IValidatorRegistry.KeyState.Proven
            )
        );
        proveOne(oneOf(s, 0), s);
    }

    function test_proveAndTopUpOne_ProvesWithoutTopUp() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        proveOne(oneOf(s, 0), s);
        assertTrue(validatorRegistry.isProven(s.indices[0]), "proven");
        assertEq(depositCount(), 1, "deposits");
    }

    /// @dev Whatever is not as told leads to another root, or to no leaf of the commitment.
    function test_proveAndTopUpOne_RevertWhen_AnythingIsAnother() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        IBeaconDepositor.OneValidator memory v = oneOf(s, 31 * ETHER);

        v.effectiveBalance += 1;
        expectOneRefused(v, s, BeaconProofs.ProofInvalid.selector);
        v = oneOf(s, 31 * ETHER);
        v.activationEpoch ^= 1;
        expectOneRefused(v, s, BeaconProofs.ProofInvalid.selector);
        v = oneOf(s, 31 * ETHER);
        v.activationEligibilityEpoch ^= 1;
        expectOneRefused(v, s, BeaconProofs.ProofInvalid.selector);
        v = oneOf(s, 31 * ETHER);
        v.validatorIndex ^= 1;
        expectOneRefused(v, s, BeaconProofs.ProofInvalid.selector);
        v = oneOf(s, 31 * ETHER);
        v.validatorIndex += uint40(1) << 39;
        expectOneRefused(v, s, SSZ.IndexOutOfOrder.selector);
        v = oneOf(s, 31 * ETHER);
        v.timestamp -= 601;
        expectOneRefused(v, s, IBeaconDepositor.RootTooOld.selector);
        v = oneOf(s, 31 * ETHER);
        v.signatureHash = "another";
        expectOneRefused(v, s, IValidatorRegistry.KeysNotCommitted.selector);
        v = oneOf(s, 31 * ETHER);
        v.gindex -= 1;
        expectOneRefused(v, s, IValidatorRegistry.WrongState.selector);
        v = oneOf(s, 31 * ETHER);
        v.operatorId = RIVAL;
        expectOneRefused(v, s, IValidatorRegistry.WrongState.selector);
        v = oneOf(s, 1);
        expectOneRefused(v, s, IValidatorRegistry.TopUpNotWhole.selector);
        s.validators[0].pubkey = bytes.concat(s.validators[0].pubkey, hex"00");
        expectOneRefused(oneOf(s, 31 * ETHER), s, BeaconProofs.PubkeyLength.selector);
        assertEq(depositCount(), 1, "deposits");
    }

    function test_proveAndTopUpOne_RevertGiven_SlashedExitingOrForeign() public {
        string[4] memory names = ["slashed", "exiting", "foreign", "eth1Credentials"];
        for (uint256 i = 0; i < names.length; ++i) {
            KeySet memory s = keySet(keys, names[i]);
            expectOneRefused(oneOf(s, 31 * ETHER), s, BeaconProofs.ProofInvalid.selector);
        }
    }

    function test_proveAndTopUpOne_RevertGiven_TheQueueAsksForTheBuffer() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        spend500();
        requestWithdrawal(ledger.balanceOf(staker) - 10 ether);
        expectOneRefused(oneOf(s, 31 * ETHER), s, IBeaconDepositor.FreeBufferTooSmall.selector);
    }

    /* PREDEPOSIT: REFUSALS */

    function test_predeposit_RevertGiven_KeyHadIt() public {
        KeySet memory s = committed(OPERATOR, "pair");
        predeposit(OPERATOR, s);
        expectWrongState(OPERATOR, s, 0, IValidatorRegistry.KeyState.Predeposited);
        predeposit(OPERATOR, s);
        assertEq(depositCount(), 2, "deposits");
    }

    /// @dev Both operators may risk an ether on the same key; the validator is proven once.
    function test_predeposit_OfACopiedKeyIsProvenOnce() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        KeySet memory copied = committed(RIVAL, "copied");
        predeposit(RIVAL, copied);
        proveAndTopUp(OPERATOR, s, amountsOf(1, 31 * ETHER));
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorKnown.selector, 100));
        proveAndTopUp(RIVAL, copied, amountsOf(1, 31 * ETHER));
        assertEq(DEPOSIT_CONTRACT.balance, 33 ether, "deposited");
    }

    function test_predeposit_RevertWhen_SignatureIsNotTheCommitted() public {
        KeySet memory s = committed(OPERATOR, "key0");
        s.keys[0].signature[7] ^= 0x01;
        bytes32 id = validatorRegistry.commitmentIdOf(OPERATOR, s.root);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeysNotCommitted.selector, id));
        predeposit(OPERATOR, s);
    }

    /// @dev Bytes cannot move between neighbours, nor between keys and signatures.
    function test_predeposit_RevertWhen_KeysAreMalformed() public {
        KeySet memory s = committed(OPERATOR, "pair");
        s.keys[0].pubkey = new bytes(47);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.LengthMismatch.selector, 95, 96));
        predeposit(OPERATOR, s);
        s.keys[1].pubkey = new bytes(49);
        expectNotCommitted(s);
        predeposit(OPERATOR, s);
        s = keySet(keys, "pair");
        s.keys[1].signature = new bytes(97);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.LengthMismatch.selector, 193, 192));
        predeposit(OPERATOR, s);
        assertEq(depositCount(), 0, "deposits");
    }

    function test_predeposit_RevertGiven_OperatorIsStopped() public {
        KeySet memory s = committed(OPERATOR, "key0");
        operatorRegistry.setStanding(OPERATOR, IOperatorRegistry.Standing.Jailed, "");
        vm.expectRevert(
            abi.encodeWithSelector(
                IOperatorRegistry.OperatorStopped.selector,
                OPERATOR,
                IOperatorRegistry.Standing.Jailed
            )
        );
        predeposit(OPERATOR, s);
    }

    /* BONDS */

    /// @dev 32 ETH for each key from the predeposit on: what a bond of 8 ETH at 5 % backs is five keys.
    function test_predeposit_RevertWhen_TheBondDoesNotBackIt() public {
        address small = makeAddr("small");
        uint256 operatorId = makeOperator(small, 8 ether);
        KeySet memory s = keySet(keys, "crossed");
        vm.prank(small);
        validatorRegistry.commit(operatorId, s.root, s.count, "");
        uint256 held = ledger.buffer();
        vm.expectRevert(
            abi.encodeWithSelector(IBondVault.BondTooSmall.selector, operatorId, 8 ether, 9.6 ether)
        );
        predeposit(operatorId, s);
        assertEq(ledger.buffer(), held, "nothing was sent");
        bonds.deposit{value: 1.6 ether}(operatorId);
        predeposit(operatorId, s);
        assertEq(ledger.buffer(), held + 1.6 ether - 6 ether, "sent");
    }

    function test_topUp_RevertWhen_TheBondDoesNotBackIt() public {
        address small = makeAddr("small");
        uint256 operatorId = makeOperator(small, 2 ether);
        KeySet memory s = keySet(keys, "key0");
        vm.prank(small);
        validatorRegistry.commit(operatorId, s.root, s.count, "");
        predeposit(operatorId, s);
        // a bond of 2 ETH backs 40
        bytes memory refused = abi.encodeWithSelector(
            IBondVault.BondTooSmall.selector,
            operatorId,
            2 ether,
            2.05 ether
        );
        vm.expectRevert(refused);
        proveAndTopUp(operatorId, s, amountsOf(1, 40 * ETHER));
        IBeaconDepositor.OneValidator memory one = oneOf(s, 40 * ETHER);
        one.operatorId = operatorId;
        vm.expectRevert(refused);
        proveOne(one, s);
        one.amountGwei = 38 * ETHER;
        proveOne(one, s);
        vm.expectRevert(refused);
        depositor.topUp(proofOf(s), amountsOf(1, 2 * ETHER));
        depositor.topUp(proofOf(s), amountsOf(1, ETHER));
        assertEq(uint256(validatorRegistry.stakeOf(operatorId).eth), 40, "stake");
    }

    /// @dev Up to 32 ETH nothing more is asked of a bond than at the predeposit.
    function test_proveAndTopUp_AsksNothingOfTheBondUpTo32() public {
        address small = makeAddr("small");
        uint256 operatorId = makeOperator(small, 1.6 ether);
        KeySet memory s = keySet(keys, "key0");
        vm.prank(small);
        validatorRegistry.commit(operatorId, s.root, s.count, "");
        predeposit(operatorId, s);
        bonds.setBondRatio(false, BOND_RATIO_BP + 100);
        proveAndTopUp(operatorId, s, amountsOf(1, 31 * ETHER));
        assertEq(uint256(validatorRegistry.validator(s.indices[0]).depositedEth), 32, "deposited");
    }

    /* ALLOTMENTS */

    /// @dev DRAW-5: what a bond backs is not enough. Nobody drew stake for this operator.
    function test_predeposit_RevertGiven_NothingIsAllotted() public {
        address small = makeAddr("small");
        uint256 operatorId = makeOperator(small, 0);
        bonds.deposit{value: 20 ether}(operatorId);
        KeySet memory s = keySet(keys, "pair");
        vm.prank(small);
        validatorRegistry.commit(operatorId, s.root, s.count, "");
        vm.expectRevert(
            abi.encodeWithSelector(IStakeAllocator.AllotmentTooSmall.selector, operatorId, 0, 64)
        );
        predeposit(operatorId, s);
        assertEq(depositCount(), 0, "deposits");
    }

    function test_predeposit_SpendsTheAllotment() public {
        KeySet memory s = committed(OPERATOR, "pair");
        uint256 left = allotted(OPERATOR);
        uint256 promised = allocator.promisedEth();
        predeposit(OPERATOR, s);
        assertEq(allotted(OPERATOR), left - 64, "left");
        assertEq(uint256(allocator.promisedEth()), promised - 64, "promised");
        assertEq(allotted(RIVAL), LOT_ETH, "the rival's");
    }

    /// @dev The last ETH of an allotment can be spent, and not one more.
    function test_predeposit_RevertWhen_TheAllotmentIsTooSmall() public {
        KeySet memory s = committed(OPERATOR, "pair");
        spendAllBut(OPERATOR, 63);
        vm.expectRevert(abi.encodeWithSelector(IStakeAllocator.AllotmentTooSmall.selector, OPERATOR, 63, 64));
        predeposit(OPERATOR, s);
        predeposit(OPERATOR, keySet(keys, "key0"));
        spendAllBut(OPERATOR, 31);
        vm.expectRevert(abi.encodeWithSelector(IStakeAllocator.AllotmentTooSmall.selector, OPERATOR, 31, 32));
        predeposit(OPERATOR, keySet(keys, "key1"));
    }

    /// @dev What has its predeposit is topped up to 32 ETH whatever became of the allotment; nothing new begins.
    function test_proveAndTopUp_AsksNothingOfTheAllotmentUpTo32() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        uint256 endsAt = allocator.position(OPERATOR).endsAt;
        vm.warp(endsAt);
        rootTime = uint64(endsAt - 12);
        setBeaconRoot(rootTime, stateRoot);
        bytes memory ended = abi.encodeWithSelector(
            IStakeAllocator.AllotmentEnded.selector,
            OPERATOR,
            endsAt
        );
        vm.expectRevert(ended);
        predeposit(OPERATOR, keySet(keys, "key1"));
        vm.expectRevert(ended);
        proveAndTopUp(OPERATOR, s, amountsOf(1, 32 * ETHER));
        vm.expectRevert(ended);
        proveOne(oneOf(s, 32 * ETHER), s);
        proveAndTopUp(OPERATOR, s, amountsOf(1, 31 * ETHER));
        vm.expectRevert(ended);
        depositor.topUp(proofOf(s), amountsOf(1, ETHER));
        allocator.lapse(OPERATOR);
        assertEq(DEPOSIT_CONTRACT.balance, 32 ether, "deposited");
    }

    /// @dev Beyond 32 ETH each way of topping up spends what it adds.
    function test_topUps_SpendTheAllotmentBeyond32() public {
        KeySet memory s = committed(OPERATOR, "pair");
        predeposit(OPERATOR, s);
        uint256 left = allotted(OPERATOR);
        proveOne(oneOf(keySet(keys, "key0"), 40 * ETHER), keySet(keys, "key0"));
        assertEq(allotted(OPERATOR), left - 9, "one");
        KeySet memory second = keySet(keys, "key1");
        proveAndTopUp(OPERATOR, second, amountsOf(1, 33 * ETHER));
        assertEq(allotted(OPERATOR), left - 9 - 2, "of a list");
        uint64[] memory amounts = amountsOf(2, 5 * ETHER);
        amounts[1] = 7 * ETHER;
        depositor.topUp(proofOf(s), amounts);
        assertEq(allotted(OPERATOR), left - 9 - 2 - 12, "top-ups");

        spendAllBut(OPERATOR, 6);
        vm.expectRevert(abi.encodeWithSelector(IStakeAllocator.AllotmentTooSmall.selector, OPERATOR, 1, 7));
        depositor.topUp(proofOf(s), amounts);
        assertEq(uint256(validatorRegistry.stakeOf(OPERATOR).eth), 41 + 34 + 12, "stake");
    }

    /// @dev Each top-up is the allotment's of whoever runs the validator, and growth starts at 32 ETH.
    function test_topUp_SpendsOnlyWhatGrows() public {
        KeySet memory s = proven("key0");
        uint256 left = allotted(OPERATOR);
        depositor.topUp(proofOf(s), amountsOf(1, 31 * ETHER));
        assertEq(allotted(OPERATOR), left, "32 in all");
        depositor.topUp(proofOf(s), amountsOf(1, 2 * ETHER));
        assertEq(allotted(OPERATOR), left - 2, "34 in all");
    }

    function test_predeposit_RevertGiven_TheDepositContractIsFull() public {
        KeySet memory s = committed(OPERATOR, "pair");
        vm.store(DEPOSIT_CONTRACT, bytes32(uint256(32)), bytes32(uint256(2 ** 32 - 2)));
        uint256 before = ledger.buffer();
        vm.expectRevert(abi.encodeWithSignature("Error(string)", "DepositContract: merkle tree full"));
        predeposit(OPERATOR, s);
        assertEq(ledger.buffer(), before, "buffer");
        assertEq(uint256(validatorRegistry.stakeOf(OPERATOR).eth), 0, "stake");
        bytes32 id = validatorRegistry.commitmentIdOf(OPERATOR, s.root);
        assertEq(uint256(validatorRegistry.stateOf(id, 0)), 0, "state");
        assertEq(ledger.booksAt(currentFrame() + 1).depositedGwei, 0, "books");
    }

    /* THE FREE BUFFER */

    function test_freeBuffer_IsWhatTheQueueLeaves() public {
        assertEq(depositor.freeBuffer(), 5_001 ether, "all");
        requestWithdrawal(4_499 ether);
        assertEq(depositor.freeBuffer(), 502 ether, "less what is asked for");
        requestWithdrawal(1 ether);
        assertEq(depositor.freeBuffer(), 501 ether, "the seed and the bonds");
    }

    function test_freeBuffer_IsNeverNegative() public {
        proven("key0");
        KeySet memory s = keySet(keys, "key0");
        depositor.topUp(proofOf(s), amountsOf(1, 2_000 * ETHER));
        requestWithdrawal(4_000 ether);
        assertEq(depositor.freeBuffer(), 0, "none");
    }

    function test_predeposit_RevertGiven_TheQueueAsksForTheBuffer() public {
        KeySet memory s = committed(OPERATOR, "pair");
        spend500();
        requestWithdrawal(4_499.5 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IBeaconDepositor.FreeBufferTooSmall.selector, 1.5 ether, 2 ether)
        );
        predeposit(OPERATOR, s);
        predeposit(OPERATOR, keySet(keys, "key0"));
        vm.expectRevert(
            abi.encodeWithSelector(IBeaconDepositor.FreeBufferTooSmall.selector, 0.5 ether, 1 ether)
        );
        predeposit(OPERATOR, keySet(keys, "key1"));
    }

    function test_topUp_RevertGiven_TheQueueAsksForTheBuffer() public {
        KeySet memory s = proven("key0");
        spend500();
        requestWithdrawal(4_460 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IBeaconDepositor.FreeBufferTooSmall.selector, 40 ether, 41 ether)
        );
        depositor.topUp(proofOf(s), amountsOf(1, 41 * ETHER));
        depositor.topUp(proofOf(s), amountsOf(1, 40 * ETHER));
        assertEq(depositor.freeBuffer(), 0, "free");
        assertEq(ledger.buffer(), 4_460 ether, "what the queue asks for is there");
    }

    /* PROOFS: REFUSALS */

    function test_proveAndTopUp_RevertWhen_CredentialsAreForeign() public {
        KeySet memory s = committed(OPERATOR, "foreign");
        predeposit(OPERATOR, s);
        expectWrongCredentials(s);
        proveAndTopUp(OPERATOR, s, amountsOf(1, 31 * ETHER));
    }

    /// @dev 0x01 credentials with our address do not compound, and are not what we deposit with.
    function test_proveAndTopUp_RevertWhen_CredentialsAreOfTheOldKind() public {
        KeySet memory s = committed(OPERATOR, "eth1Credentials");
        predeposit(OPERATOR, s);
        assertEq(
            s.validators[0].withdrawalCredentials,
            bytes32((uint256(1) << 248) | uint160(address(withdrawalVault))),
            "our address"
        );
        expectWrongCredentials(s);
        proveAndTopUp(OPERATOR, s, amountsOf(1, 31 * ETHER));
    }

    function test_proveAndTopUp_RevertWhen_CredentialsAreForged() public {
        KeySet memory s = committed(OPERATOR, "foreign");
        predeposit(OPERATOR, s);
        s.validators[0].withdrawalCredentials = ledger.withdrawalCredentials();
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        proveAndTopUp(OPERATOR, s, amountsOf(1, 31 * ETHER));
    }

    function test_proveAndTopUp_RevertWhen_ValidatorIsSlashed() public {
        KeySet memory s = committed(OPERATOR, "slashed");
        predeposit(OPERATOR, s);
        vm.expectRevert(abi.encodeWithSelector(IBeaconDepositor.ValidatorSlashed.selector, s.indices[0]));
        proveAndTopUp(OPERATOR, s, amountsOf(1, 31 * ETHER));
        s.validators[0].slashed = false;
        s.validators[0].exitEpoch = type(uint64).max;
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        proveAndTopUp(OPERATOR, s, amountsOf(1, 31 * ETHER));
    }

    function test_proveAndTopUp_RevertWhen_ValidatorExits() public {
        KeySet memory s = committed(OPERATOR, "exiting");
        predeposit(OPERATOR, s);
        vm.expectRevert(
            abi.encodeWithSelector(IBeaconDepositor.ValidatorExiting.selector, s.indices[0], 22_700)
        );
        proveAndTopUp(OPERATOR, s, amountsOf(1, 31 * ETHER));
        s.validators[0].exitEpoch = type(uint64).max;
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        proveAndTopUp(OPERATOR, s, amountsOf(1, 31 * ETHER));
    }

    function test_proveAndTopUp_RevertWhen_IndexIsWrong() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        s.indices[0] = 101;
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        proveAndTopUp(OPERATOR, s, amountsOf(1, 0));
        s.indices[0] = 100 + (1 << 40);
        vm.expectRevert(
            abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 40, s.indices[0])
        );
        proveAndTopUp(OPERATOR, s, amountsOf(1, 0));
        s.indices[0] = 100 + (1 << 39);
        vm.expectRevert(abi.encodeWithSelector(SSZ.IndexOutOfOrder.selector, s.indices[0]));
        proveAndTopUp(OPERATOR, s, amountsOf(1, 0));
        s.indices = new uint256[](0);
        vm.expectRevert(abi.encodeWithSelector(IBeaconDepositor.LengthMismatch.selector, 0, 1));
        proveAndTopUp(OPERATOR, s, amountsOf(1, 0));
    }

    function test_proveAndTopUp_RevertWhen_ThereIsNoValidator() public {
        KeySet memory s = keySet(keys, "unknown");
        assertEq(s.validators.length, 0, "no validators");
        s.gindices = new uint32[](0);
        s.signatureHashes = new bytes32[](0);
        vm.expectRevert(abi.encodeWithSelector(BeaconProofs.CountMismatch.selector, 0, 0));
        proveAndTopUp(OPERATOR, s, amountsOf(0, 0));
    }

    function test_proveAndTopUp_RevertGiven_RootIsAnother() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        setBeaconRoot(rootTime, keccak256("another root"));
        vm.expectRevert(
            abi.encodeWithSelector(BeaconProofs.ProofInvalid.selector, stateRoot, keccak256("another root"))
        );
        proveAndTopUp(OPERATOR, s, amountsOf(1, 0));
    }

    function test_topUp_RevertWhen_RootIsTooOldOrOfTheFuture() public {
        KeySet memory s = proven("key0");
        IBeaconDepositor.ValidatorProof memory p = proofOf(s);
        uint256 time = vm.getBlockTimestamp();

        setBeaconRoot(time + 12, stateRoot);
        p.timestamp = uint64(time + 12);
        vm.expectRevert(abi.encodeWithSelector(IBeaconDepositor.RootTooOld.selector, time + 12, time - 600));
        depositor.topUp(p, amountsOf(1, ETHER));

        p.timestamp = uint64(time - 24);
        vm.expectRevert(abi.encodeWithSelector(BeaconRoots.BeaconRootUnknown.selector, time - 24));
        depositor.topUp(p, amountsOf(1, ETHER));

        vm.warp(uint256(rootTime) + 600);
        p.timestamp = rootTime;
        depositor.topUp(p, amountsOf(1, 31 * ETHER));
        vm.warp(uint256(rootTime) + 601);
        vm.expectRevert(
            abi.encodeWithSelector(IBeaconDepositor.RootTooOld.selector, rootTime, uint256(rootTime) + 1)
        );
        depositor.topUp(p, amountsOf(1, ETHER));
        vm.expectRevert(
            abi.encodeWithSelector(IBeaconDepositor.RootTooOld.selector, rootTime, uint256(rootTime) + 1)
        );
        proveAndTopUp(OPERATOR, s, amountsOf(1, ETHER));
    }

    /// @dev The root that a block itself brought may be used within that block.
    function test_topUp_AcceptsTheRootOfItsOwnBlock() public {
        KeySet memory s = proven("key0");
        IBeaconDepositor.ValidatorProof memory p = proofOf(s);
        p.timestamp = uint64(vm.getBlockTimestamp());
        setBeaconRoot(p.timestamp, stateRoot);
        depositor.topUp(p, amountsOf(1, 31 * ETHER));
        assertEq(depositCount(), 2, "deposits");
    }

    /* KEY PROOFS: REFUSALS */

    function test_proveAndTopUp_RevertWhen_ListsDiffer() public {
        KeySet memory s = committed(OPERATOR, "ten");
        predeposit(OPERATOR, s);
        bytes memory tooShort = abi.encodeWithSelector(IBeaconDepositor.LengthMismatch.selector, 9, 10);
        IBeaconDepositor.KeyProof memory k = keyProofOf(OPERATOR, s);
        IBeaconDepositor.ValidatorProof memory p = proofOf(s);
        k.positions = new uint256[](9);
        vm.expectRevert(tooShort);
        depositor.proveAndTopUp(p, k, amountsOf(10, 0));
        k.positions = s.positions;
        k.gindices = new uint32[](9);
        vm.expectRevert(tooShort);
        depositor.proveAndTopUp(p, k, amountsOf(10, 0));
        k.gindices = s.gindices;
        k.signatureHashes = new bytes32[](9);
        vm.expectRevert(tooShort);
        depositor.proveAndTopUp(p, k, amountsOf(10, 0));
        k.signatureHashes = s.signatureHashes;
        vm.expectRevert(tooShort);
        depositor.proveAndTopUp(p, k, amountsOf(9, 0));
        vm.expectRevert(abi.encodeWithSelector(IBeaconDepositor.LengthMismatch.selector, 11, 10));
        depositor.proveAndTopUp(p, k, amountsOf(11, 0));
        depositor.proveAndTopUp(p, k, amountsOf(10, 0));
    }

    function test_proveAndTopUp_RevertWhen_APositionIsBeyondTheList() public {
        KeySet memory s = committed(OPERATOR, "pair");
        predeposit(OPERATOR, s);
        s.positions[1] = 2;
        vm.expectRevert(abi.encodeWithSelector(IBeaconDepositor.LengthMismatch.selector, 2, 2));
        proveAndTopUp(OPERATOR, s, amountsOf(2, 0));
        s.positions[1] = type(uint256).max;
        vm.expectRevert(
            abi.encodeWithSelector(IBeaconDepositor.LengthMismatch.selector, type(uint256).max, 2)
        );
        proveAndTopUp(OPERATOR, s, amountsOf(2, 0));
    }

    function test_proveAndTopUp_RevertWhen_APositionIsTwice() public {
        KeySet memory s = committed(OPERATOR, "pair");
        predeposit(OPERATOR, s);
        s.positions[1] = 0;
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorKnown.selector, 100));
        proveAndTopUp(OPERATOR, s, amountsOf(2, 0));
    }

    function testFuzz_proveAndTopUp_RevertWhen_PositionsArePermuted(uint256 a, uint256 b) public {
        KeySet memory s = committed(OPERATOR, "crossed");
        predeposit(OPERATOR, s);
        a = bound(a, 0, 5);
        b = bound(b, 0, 5);
        vm.assume(a != b);
        (s.positions[a], s.positions[b]) = (s.positions[b], s.positions[a]);
        expectNotCommitted(s);
        proveAndTopUp(OPERATOR, s, amountsOf(6, 0));
    }

    function test_proveAndTopUp_RevertWhen_SignatureHashIsAnother() public {
        KeySet memory s = committed(OPERATOR, "pair");
        predeposit(OPERATOR, s);
        s.signatureHashes[1] = keccak256("another signature");
        expectNotCommitted(s);
        proveAndTopUp(OPERATOR, s, amountsOf(2, 0));
    }

    function test_proveAndTopUp_RevertGiven_KeyHadNoPredeposit() public {
        KeySet memory s = committed(OPERATOR, "pair");
        predeposit(OPERATOR, keySet(keys, "key0"));
        expectWrongState(OPERATOR, s, 1, IValidatorRegistry.KeyState.Committed);
        proveAndTopUp(OPERATOR, s, amountsOf(2, 0));
    }

    /// @dev The validator exists with our credentials, but the operator never committed its key.
    function test_proveAndTopUp_RevertWhen_KeyIsNotInTheCommitment() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        KeySet memory other = keySet(keys, "key1");
        IBeaconDepositor.KeyProof memory k = keyProofOf(OPERATOR, s);
        IBeaconDepositor.ValidatorProof memory p = proofOf(other);
        expectNotCommitted(s);
        depositor.proveAndTopUp(p, k, amountsOf(1, 0));
    }

    function test_proveAndTopUp_RevertGiven_KeyIsProven() public {
        KeySet memory s = proven("key0");
        expectWrongState(OPERATOR, s, 0, IValidatorRegistry.KeyState.Proven);
        proveAndTopUp(OPERATOR, s, amountsOf(1, ETHER));
    }

    /* TOP-UPS: REFUSALS */

    function test_topUp_RevertGiven_KeyIsNotProven() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorUnknown.selector, 100));
        depositor.topUp(proofOf(s), amountsOf(1, 31 * ETHER));
    }

    /// @dev A validator of ours that no operator ever committed gets nothing, whoever made it ours.
    function test_topUp_RevertGiven_ValidatorWasNeverCommitted() public {
        KeySet memory s = proven("key0");
        KeySet memory other = keySet(keys, "pair");
        assertEq(s.indices[0], 100, "proven");
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorUnknown.selector, 101));
        depositor.topUp(proofOf(other), amountsOf(2, 31 * ETHER));
    }

    function testFuzz_topUp_RevertWhen_AmountIsNotWhole(uint64 amount) public {
        KeySet memory s = proven("pair");
        uint64[] memory amounts = amountsOf(2, 31 * ETHER);
        amounts[1] = uint64(bound(amount, 0, 2_048)) * ETHER + uint64(bound(amount, 1, ETHER - 1));
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.TopUpNotWhole.selector, s.indices[1], amounts[1])
        );
        depositor.topUp(proofOf(s), amounts);
        assertEq(depositCount(), 2, "deposits");
    }

    function test_topUp_RevertWhen_AmountsDiffer() public {
        KeySet memory s = proven("pair");
        vm.expectRevert(abi.encodeWithSelector(IBeaconDepositor.LengthMismatch.selector, 1, 2));
        depositor.topUp(proofOf(s), amountsOf(1, ETHER));
    }

    function test_topUp_RevertWhen_AmountsOverflow() public {
        KeySet memory s = proven("pair");
        vm.expectPartialRevert(IValidatorRegistry.TopUpAboveMaximum.selector);
        depositor.topUp(proofOf(s), amountsOf(2, (type(uint64).max / ETHER) * ETHER));
    }

    /* PAUSE */

    /// @dev A pause stops new keys; what is proven can be topped up all the same.
    function test_predeposit_RevertGiven_Paused() public {
        KeySet memory s = committed(OPERATOR, "pair");
        predeposit(OPERATOR, keySet(keys, "key0"));
        uint256 until = vm.getBlockTimestamp() + 500;
        depositor.pauseFor(500);
        bytes memory paused = abi.encodeWithSelector(PausableUntil.PausedUntil.selector, until);
        KeySet memory second = keySet(keys, "key1");
        vm.expectRevert(paused);
        predeposit(OPERATOR, second);
        KeySet memory first = keySet(keys, "key0");
        proveAndTopUp(OPERATOR, first, amountsOf(1, 31 * ETHER));
        depositor.topUp(proofOf(first), amountsOf(1, ETHER));
        vm.warp(until - 1);
        vm.expectRevert(paused);
        predeposit(OPERATOR, second);
        vm.warp(until);
        predeposit(OPERATOR, second);
        assertEq(DEPOSIT_CONTRACT.balance, 34 ether, "deposited");
        assertEq(uint256(s.count), 24, "committed");
    }

    /* STORIES */

    /// @dev VAL-1: the attacker is first with its own credentials. The pool loses the predeposit and not a wei more.
    function test_frontRun_CostsThePoolThePredepositOnly() public {
        KeySet memory s = committed(OPERATOR, "foreign");
        (bytes memory pubkey, bytes32 credentials, bytes memory signature, bytes32 root) = abi.decode(
            vm.parseJsonBytes(keys, "$.frontRun"),
            (bytes, bytes32, bytes, bytes32)
        );
        assertEq(pubkey, s.keys[0].pubkey, "the same key");
        hoax(makeAddr("attacker"), 32 ether);
        IDepositContract(DEPOSIT_CONTRACT).deposit{value: 32 ether}(
            pubkey,
            abi.encodePacked(credentials),
            signature,
            root
        );

        predeposit(OPERATOR, s);
        uint256 spent = ledger.booksAt(currentFrame() + 1).depositedGwei;
        assertEq(spent, ETHER, "predeposit");
        expectWrongCredentials(s);
        proveAndTopUp(OPERATOR, s, amountsOf(1, 31 * ETHER));
        expectWrongCredentials(s);
        depositor.topUp(proofOf(s), amountsOf(1, 31 * ETHER));
        expectWrongState(OPERATOR, s, 19, IValidatorRegistry.KeyState.Predeposited);
        predeposit(OPERATOR, s);
        assertEq(ledger.booksAt(currentFrame() + 1).depositedGwei, spent, "not a wei more");
    }

    /// @dev VAL-1: whatever an adversary calls, in whatever order, with whatever set of keys and claims: no key gets
    /// more than the predeposits unless it is a validator with our credentials.
    function testFuzz_everything_KeepsVal1(uint256 seed) public {
        string[9] memory names = [
            "key0",
            "key1",
            "pair",
            "slashed",
            "exiting",
            "eth1Credentials",
            "foreign",
            "unknown",
            "copied"
        ];
        committed(OPERATOR, "all");
        committed(RIVAL, "copied");
        uint256 done = 0;
        for (uint256 i = 0; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 which = seed % 9;
            KeySet memory s = keySet(keys, names[which]);
            uint256 operatorId = which == 8 ? RIVAL : OPERATOR;
            uint64[] memory amounts = amountsOf(s.keys.length, uint64(20 + ((seed >> 8) % 40)) * ETHER);
            bytes memory data;
            uint256 action = (seed >> 32) % 3;
            if (action == 0) {
                data = predepositCall(operatorId, s);
            } else if (action == 1) {
                data = abi.encodeCall(
                    depositor.proveAndTopUp,
                    (proofOf(s), keyProofOf(operatorId, s), amounts)
                );
            } else {
                data = abi.encodeCall(depositor.topUp, (proofOf(s), amounts));
            }
            vm.recordLogs();
            (bool accepted, ) = address(depositor).call(data);
            if (accepted) {
                ++done;
                assertVal1(vm.getRecordedLogs());
            }
        }
        assertEq(address(depositor).balance, 0, "left behind");
        assertEq(
            ledger.booksAt(currentFrame() + 1).depositedGwei * 1 gwei,
            DEPOSIT_CONTRACT.balance,
            "books"
        );
        assertLe(done, 12);
    }

    /* CONSTRUCTOR */

    function test_constructor_RevertWhen_AnAddressIsZero() public {
        address[6] memory given = [
            address(authority),
            address(validatorRegistry),
            address(operatorRegistry),
            address(queue),
            address(bonds),
            address(allocator)
        ];
        for (uint256 i = 0; i < given.length; ++i) {
            address[6] memory a = given;
            a[i] = address(0);
            vm.expectRevert(Guarded.ZeroAddress.selector);
            factory.newBeaconDepositor(
                IAuthority(a[0]),
                ledger,
                IValidatorRegistry(a[1]),
                IOperatorRegistry(a[2]),
                IWithdrawalQueue(a[3]),
                IBondVault(a[4]),
                IStakeAllocator(a[5]),
                depositorParameters()
            );
        }
        assertEq(depositor.withdrawalCredentials(), ledger.withdrawalCredentials(), "credentials");
    }

    /* INTERNAL */

    function oneOf(
        KeySet memory s,
        uint64 amountGwei
    ) private view returns (IBeaconDepositor.OneValidator memory) {
        return
            IBeaconDepositor.OneValidator({
                timestamp: rootTime,
                validatorIndex: uint40(s.indices[0]),
                effectiveBalance: s.validators[0].effectiveBalance,
                activationEligibilityEpoch: s.validators[0].activationEligibilityEpoch,
                activationEpoch: s.validators[0].activationEpoch,
                amountGwei: amountGwei,
                gindex: s.gindices[0],
                operatorId: OPERATOR,
                root: s.root,
                signatureHash: s.signatureHashes[0]
            });
    }

    function proveOne(IBeaconDepositor.OneValidator memory v, KeySet memory s) private {
        depositor.proveAndTopUpOne(v, s.validators[0].pubkey, s.validatorsProof, s.proof);
    }

    function expectOneRefused(
        IBeaconDepositor.OneValidator memory v,
        KeySet memory s,
        bytes4 selector
    ) private {
        vm.expectPartialRevert(selector);
        proveOne(v, s);
    }

    function proven(string memory name) private returns (KeySet memory s) {
        s = committed(OPERATOR, name);
        predeposit(OPERATOR, s);
        proveAndTopUp(OPERATOR, s, amountsOf(s.keys.length, 0));
    }

    function allotted(uint256 operatorId) private view returns (uint256) {
        return allocator.position(operatorId).leftEth;
    }

    /// @dev As a depositor would.
    function spendAllBut(uint256 operatorId, uint256 left) private {
        uint256 eth = allotted(operatorId) - left;
        vm.prank(address(depositor));
        allocator.spend(operatorId, eth);
    }

    /// @dev As much ether as the bonds brought, to validators of the same commitment.
    function spend500() private {
        KeySet memory s = keySet(keys, "crossed");
        predeposit(OPERATOR, s);
        uint64[] memory amounts = new uint64[](6);
        amounts[0] = 494 * ETHER;
        proveAndTopUp(OPERATOR, s, amounts);
    }

    function requestWithdrawal(uint256 amount) private {
        vm.startPrank(staker);
        ledger.approve(address(queue), amount);
        queue.request(amount, staker);
        vm.stopPrank();
    }

    function predepositCall(uint256 operatorId, KeySet memory s) private view returns (bytes memory) {
        (uint32[] memory gindices, bytes memory pubkeys, bytes memory signatures) = packed(s.keys);
        return
            abi.encodeCall(
                depositor.predeposit,
                (operatorId, s.root, gindices, pubkeys, signatures, s.proof)
            );
    }

    function expectWrongState(
        uint256 operatorId,
        KeySet memory s,
        uint256 index,
        IValidatorRegistry.KeyState state
    ) private {
        bytes32 id = validatorRegistry.commitmentIdOf(operatorId, s.root);
        uint256 gindex = 2 * s.count - 1 - index;
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.WrongState.selector, id, gindex, state));
    }

    function expectWrongCredentials(KeySet memory s) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IBeaconDepositor.WrongCredentials.selector,
                s.indices[0],
                s.validators[0].withdrawalCredentials,
                ledger.withdrawalCredentials()
            )
        );
    }

    function expectNotCommitted(KeySet memory s) private {
        bytes32 id = validatorRegistry.commitmentIdOf(OPERATOR, s.root);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeysNotCommitted.selector, id));
    }

    function assertDepositEvents(KeySet memory s, uint64 amountGwei) private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 at = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != DEPOSIT_CONTRACT) continue;
            assertEq(logs[i].topics[0], DEPOSIT_EVENT, "event");
            (
                bytes memory pubkey,
                bytes memory credentials,
                bytes memory amount,
                bytes memory signature,
                bytes memory index
            ) = abi.decode(logs[i].data, (bytes, bytes, bytes, bytes, bytes));
            assertEq(pubkey, s.keys[at].pubkey, "pubkey");
            assertEq(credentials, abi.encodePacked(ledger.withdrawalCredentials()), "credentials");
            assertEq(amount, littleEndian(amountGwei), "amount");
            assertEq(signature, s.keys[at].signature, "signature");
            assertEq(index, littleEndian(uint64(at)), "index");
            ++at;
        }
        assertEq(at, s.keys.length, "events");
    }

    /// @dev Of the vectors' keys, only those of validators of ours, neither slashed nor exiting, get more than 1 ETH.
    function assertVal1(Vm.Log[] memory logs) private view {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != DEPOSIT_CONTRACT) continue;
            (bytes memory pubkey, bytes memory credentials, bytes memory amount, , ) = abi.decode(
                logs[i].data,
                (bytes, bytes, bytes, bytes, bytes)
            );
            assertEq(credentials, abi.encodePacked(ledger.withdrawalCredentials()), "credentials");
            bytes32 hash = keccak256(pubkey);
            bool ours = hash == keccak256(keySet(keys, "key0").keys[0].pubkey) ||
                hash == keccak256(keySet(keys, "key1").keys[0].pubkey);
            if (!ours) assertEq(amount, littleEndian(ETHER), "more than the predeposit");
        }
    }
}

/// @notice The ledger's own cap on what goes to the deposit contract in a frame.
contract DepositCapTest is Validators {
    function ledgerParameters() internal pure override returns (IStakedEther.Parameters memory p) {
        p = super.ledgerParameters();
        p.maxDepositPerFrameGwei = 50e9;
    }

    function test_deposit_RevertWhen_TheFramesCapIsExceeded() public {
        KeySet memory s = committed(OPERATOR, "ten");
        predeposit(OPERATOR, s);
        uint64[] memory amounts = new uint64[](10);
        amounts[0] = 41e9;
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.DepositCapExceeded.selector, 51e9, 50e9));
        proveAndTopUp(OPERATOR, s, amounts);
        amounts[0] = 40e9;
        proveAndTopUp(OPERATOR, s, amounts);
        assertEq(DEPOSIT_CONTRACT.balance, 50 ether, "the whole cap");
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.DepositCapExceeded.selector, 360e9, 50e9));
        depositor.topUp(proofOf(s), amountsOf(10, 31e9));

        nextFrame();
        rootTime = uint64(vm.getBlockTimestamp() - 12);
        setBeaconRoot(rootTime, stateRoot);
        amounts[0] = 50e9;
        depositor.topUp(proofOf(s), amounts);
        assertEq(DEPOSIT_CONTRACT.balance, 100 ether, "and another");
    }
}
