// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/access/Roles.sol";
import {IDepositPort} from "../../../contracts/interfaces/IDepositPort.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {Validators} from "../../utils/Validators.sol";
import {Vm} from "../../utils/Vm.sol";

/// @notice The ledger's only way to the official deposit contract, with the test in the depositor's place: what a
/// depositor gone wrong could do, and what it could not.
contract DepositPortTest is Validators {
    function setUp() public override {
        super.setUp();
        authority.grantRole(Roles.DEPOSITOR, address(this));
    }

    function test_withdrawalCredentials_AreOurs() public view {
        bytes32 credentials = ledger.withdrawalCredentials();
        assertEq(uint256(credentials) >> 248, 2, "compounding");
        assertEq(uint256(credentials) & ((1 << 248) - 1), uint160(address(withdrawalVault)), "vault");
        assertEq(credentials, vm.parseJsonBytes32(depositsFile(), "$.credentials"), "the vectors'");
        assertEq(ledger.depositContract(), DEPOSIT_CONTRACT, "deposit contract");
    }

    function test_deposit_SendsOneEtherForAnyKey() public {
        (bytes memory pubkeys, bytes memory signatures) = firstKeys(3);
        KeySet memory s = keySet(keys, "ten");
        uint256 buffer = ledger.buffer();
        vm.recordLogs();
        ledger.deposit(pubkeys, signatures, amountsOf(3, 1e9));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 at = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != DEPOSIT_CONTRACT) continue;
            assertEq(
                logs[i].data,
                abi.encode(
                    s.keys[at].pubkey,
                    abi.encodePacked(ledger.withdrawalCredentials()),
                    littleEndian(1e9),
                    s.keys[at].signature,
                    littleEndian(uint64(at))
                ),
                "event"
            );
            ++at;
        }
        assertEq(at, 3, "events");
        assertEq(depositCount(), 3, "count");
        assertEq(DEPOSIT_CONTRACT.balance, 3 ether, "deposited");
        assertEq(buffer - ledger.buffer(), 3 ether, "left the buffer");
    }

    function test_deposit_OfNothing() public {
        ledger.deposit("", "", new uint64[](0));
        assertEq(depositCount(), 0, "count");
    }

    /// @dev VAL-1 in the ledger itself: not even a depositor gone wrong sends more for a key that was not shown.
    function testFuzz_deposit_RevertWhen_KeyIsNotVouchedFor(uint64 amount) public {
        amount = uint64(bound(amount, 1e9 + 1, 5_000e9));
        (bytes memory pubkeys, bytes memory signatures) = firstKeys(2);
        uint64[] memory amounts = amountsOf(2, 1e9);
        amounts[1] = amount;
        vm.expectRevert(
            abi.encodeWithSelector(
                IDepositPort.KeyNotProven.selector,
                keySet(keys, "ten").keys[1].pubkey,
                amount
            )
        );
        ledger.deposit(pubkeys, signatures, amounts);
    }

    function test_deposit_RevertGiven_KeyIsOnlyPredeposited() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        vm.expectRevert(abi.encodeWithSelector(IDepositPort.KeyNotProven.selector, s.keys[0].pubkey, 31e9));
        ledger.deposit(s.keys[0].pubkey, new bytes(96), amountsOf(1, 31e9));
    }

    function test_deposit_TakesMoreForAKeyVouchedFor() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        proveAndTopUp(OPERATOR, s, amountsOf(1, 0));
        assertTrue(validatorRegistry.isVouchedFor(keccak256(s.keys[0].pubkey)), "vouched for");
        ledger.deposit(s.keys[0].pubkey, new bytes(96), amountsOf(1, 2_047e9));
        assertEq(DEPOSIT_CONTRACT.balance, 2_048 ether, "deposited");
        // the next key is another one
        KeySet memory other = keySet(keys, "key1");
        vm.expectRevert(
            abi.encodeWithSelector(IDepositPort.KeyNotProven.selector, other.keys[0].pubkey, 31e9)
        );
        ledger.deposit(other.keys[0].pubkey, new bytes(96), amountsOf(1, 31e9));
    }

    function test_deposit_RevertWhen_LengthsAreWrong() public {
        (bytes memory pubkeys, bytes memory signatures) = firstKeys(2);
        uint256[4] memory lengths = [uint256(0), 48, 95, 97];
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IDepositPort.WrongPubkeysLength.selector, lengths[i], 96));
            ledger.deposit(new bytes(lengths[i]), signatures, amountsOf(2, 1e9));
        }
        lengths = [uint256(1), 96, 191, 193];
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IDepositPort.WrongSignaturesLength.selector, lengths[i], 192)
            );
            ledger.deposit(pubkeys, new bytes(lengths[i]), amountsOf(2, 1e9));
        }
        vm.expectRevert(abi.encodeWithSelector(IDepositPort.WrongPubkeysLength.selector, 96, 48));
        ledger.deposit(pubkeys, signatures, amountsOf(1, 1e9));
        // without signatures each key must be a validator of ours, whatever the amount
        vm.expectPartialRevert(IDepositPort.KeyNotProven.selector);
        ledger.deposit(pubkeys, "", amountsOf(2, 1e9));
        assertEq(DEPOSIT_CONTRACT.balance, 0, "deposited");
    }

    function test_deposit_RevertWhen_AmountIsBelowOneEther() public {
        (bytes memory pubkeys, bytes memory signatures) = firstKeys(1);
        vm.expectRevert(abi.encodeWithSignature("Error(string)", "DepositContract: deposit value too low"));
        ledger.deposit(pubkeys, signatures, amountsOf(1, 1e9 - 1));
        vm.expectRevert(abi.encodeWithSignature("Error(string)", "DepositContract: deposit value too low"));
        ledger.deposit(pubkeys, signatures, amountsOf(1, 0));
    }

    function test_deposit_RevertWhen_TheBufferIsTooSmall() public {
        uint256 buffer = ledger.buffer();
        (bytes memory pubkeys, bytes memory signatures) = firstKeys(2);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakedEther.BufferTooSmall.selector,
                buffer,
                2 * uint256(type(uint64).max) * 1 gwei
            )
        );
        ledger.deposit(pubkeys, signatures, amountsOf(2, type(uint64).max));
    }

    function test_deposit_RevertGiven_TheDepositContractIsFull() public {
        vm.store(DEPOSIT_CONTRACT, bytes32(uint256(32)), bytes32(uint256(2 ** 32 - 2)));
        uint256 buffer = ledger.buffer();
        (bytes memory pubkeys, bytes memory signatures) = firstKeys(2);
        vm.expectRevert(abi.encodeWithSignature("Error(string)", "DepositContract: merkle tree full"));
        ledger.deposit(pubkeys, signatures, amountsOf(2, 1e9));
        assertEq(ledger.buffer(), buffer, "nothing lost");
        assertEq(ledger.booksAt(currentFrame() + 1).depositedGwei, 0, "books");
        // there is room for one
        (pubkeys, signatures) = firstKeys(1);
        ledger.deposit(pubkeys, signatures, amountsOf(1, 1e9));
        assertEq(depositCount(), 2 ** 32 - 1, "full");
    }

    /* INTERNAL */

    /// @dev The first keys of the vectors, which no registry knows.
    function firstKeys(uint256 count) private view returns (bytes memory pubkeys, bytes memory signatures) {
        KeySet memory s = keySet(keys, "ten");
        for (uint256 i = 0; i < count; ++i) {
            pubkeys = bytes.concat(pubkeys, s.keys[i].pubkey);
            signatures = bytes.concat(signatures, s.keys[i].signature);
        }
    }
}
