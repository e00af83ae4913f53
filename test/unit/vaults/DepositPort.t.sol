// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDepositPort} from "../../../contracts/interfaces/IDepositPort.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {Validators} from "../../utils/Validators.sol";
import {Vm} from "../../utils/Vm.sol";

/// @notice The ledger's only way to the official deposit contract.
contract DepositPortTest is Validators {
    address private donor;

    function setUp() public override {
        super.setUp();
        donor = makeRichAddr("donor", 10_000 ether);
    }

    function test_withdrawalCredentials_AreOurs() public view {
        bytes32 credentials = depositPort.withdrawalCredentials();
        assertEq(uint256(credentials) >> 248, 2, "compounding");
        assertEq(uint256(credentials) & ((1 << 248) - 1), uint160(address(withdrawalVault)), "vault");
        assertEq(credentials, vm.parseJsonBytes32(depositsFile(), "$.credentials"), "the vectors'");
    }

    function test_deposit_TakesAnyonesEther() public {
        IDepositPort.Deposit[] memory list = ones(3);
        uint256 buffer = ledger.buffer();
        vm.recordLogs();
        vm.prank(donor);
        depositPort.deposit{value: 3 ether}(list);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 3, "events");
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(logs[i].emitter, DEPOSIT_CONTRACT, "emitter");
            assertEq(
                logs[i].data,
                abi.encode(
                    list[i].pubkey,
                    abi.encodePacked(depositPort.withdrawalCredentials()),
                    littleEndian(1e9),
                    list[i].signature,
                    littleEndian(uint64(i))
                ),
                "event"
            );
        }
        assertEq(depositCount(), 3, "count");
        assertEq(DEPOSIT_CONTRACT.balance, 3 ether, "deposited");
        assertEq(address(depositPort).balance, 0, "left behind");
        assertEq(ledger.buffer(), buffer, "the pool's ether stays");
    }

    function test_deposit_OfNothing() public {
        depositPort.deposit(new IDepositPort.Deposit[](0));
        assertEq(depositCount(), 0, "count");
    }

    function testFuzz_deposit_RevertWhen_KeyIsNotProven(uint64 amount) public {
        amount = uint64(bound(amount, 1e9 + 1, 2_048e9));
        IDepositPort.Deposit[] memory list = ones(1);
        list[0].amountGwei = amount;
        vm.prank(donor);
        vm.expectRevert(abi.encodeWithSelector(IDepositPort.KeyNotProven.selector, list[0].pubkey, amount));
        depositPort.deposit{value: uint256(amount) * 1 gwei}(list);
    }

    function testFuzz_deposit_TakesMoreForAProvenKey(uint64 amount) public {
        amount = uint64(bound(amount, 1e9, 2_048e9));
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        proveAndTopUp(OPERATOR, s, amountsOf(1, 0));
        IDepositPort.Deposit[] memory list = new IDepositPort.Deposit[](1);
        list[0] = IDepositPort.Deposit(s.keys[0].pubkey, new bytes(96), amount);
        vm.prank(donor);
        depositPort.deposit{value: uint256(amount) * 1 gwei}(list);
        assertEq(DEPOSIT_CONTRACT.balance, 1 ether + uint256(amount) * 1 gwei, "deposited");
    }

    function test_deposit_RevertGiven_KeyIsOnlyPredeposited() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        IDepositPort.Deposit[] memory list = new IDepositPort.Deposit[](1);
        list[0] = IDepositPort.Deposit(s.keys[0].pubkey, new bytes(96), 31e9);
        vm.prank(donor);
        vm.expectRevert(abi.encodeWithSelector(IDepositPort.KeyNotProven.selector, s.keys[0].pubkey, 31e9));
        depositPort.deposit{value: 31 ether}(list);
    }

    /// @dev A key one byte longer hashes to another registry entry; the length comes first anyway.
    function test_deposit_RevertWhen_LengthsAreWrong() public {
        uint256[5] memory lengths = [uint256(0), 32, 47, 49, 96];
        vm.startPrank(donor);
        for (uint256 i = 0; i < lengths.length; ++i) {
            IDepositPort.Deposit[] memory list = ones(2);
            list[1].pubkey = new bytes(lengths[i]);
            vm.expectRevert(abi.encodeWithSelector(IDepositPort.WrongPubkeyLength.selector, lengths[i]));
            depositPort.deposit{value: 2 ether}(list);
        }
        lengths = [uint256(0), 48, 95, 97, 192];
        for (uint256 i = 0; i < lengths.length; ++i) {
            IDepositPort.Deposit[] memory list = ones(2);
            list[1].signature = new bytes(lengths[i]);
            vm.expectRevert(abi.encodeWithSelector(IDepositPort.WrongSignatureLength.selector, lengths[i]));
            depositPort.deposit{value: 2 ether}(list);
        }
        vm.stopPrank();
        assertEq(DEPOSIT_CONTRACT.balance, 0, "deposited");
    }

    function test_deposit_RevertWhen_TooMuchIsSent() public {
        IDepositPort.Deposit[] memory list = ones(2);
        vm.startPrank(donor);
        vm.expectRevert(abi.encodeWithSelector(IDepositPort.WrongValue.selector, 2 ether + 1, 2 ether));
        depositPort.deposit{value: 2 ether + 1}(list);
        vm.expectRevert(abi.encodeWithSelector(IDepositPort.WrongValue.selector, 1 wei, 0));
        depositPort.deposit{value: 1}(new IDepositPort.Deposit[](0));
        vm.stopPrank();
        assertEq(donor.balance, 10_000 ether, "donor");
    }

    function test_deposit_RevertWhen_TooLittleIsSent() public {
        IDepositPort.Deposit[] memory list = ones(2);
        vm.prank(donor);
        vm.expectRevert();
        depositPort.deposit{value: 2 ether - 1}(list);
        assertEq(DEPOSIT_CONTRACT.balance, 0, "deposited");
    }

    /// @dev Ether that was forced into the port pays for nobody's deposit.
    function test_deposit_RevertGiven_EtherWasForcedIn() public {
        IDepositPort.Deposit[] memory list = ones(2);
        vm.deal(address(depositPort), 5 ether);
        vm.startPrank(donor);
        vm.expectRevert(abi.encodeWithSelector(IDepositPort.WrongValue.selector, 1 ether, 2 ether));
        depositPort.deposit{value: 1 ether}(list);
        depositPort.deposit{value: 2 ether}(list);
        vm.stopPrank();
        assertEq(address(depositPort).balance, 5 ether, "forced ether");
    }

    function test_deposit_RevertWhen_AmountIsBelowOneEther() public {
        IDepositPort.Deposit[] memory list = ones(1);
        list[0].amountGwei = 1e9 - 1;
        vm.prank(donor);
        vm.expectRevert(abi.encodeWithSignature("Error(string)", "DepositContract: deposit value too low"));
        depositPort.deposit{value: 1 ether - 1 gwei}(list);
    }

    function test_deposit_RevertGiven_TheDepositContractIsFull() public {
        IDepositPort.Deposit[] memory list = ones(2);
        vm.store(DEPOSIT_CONTRACT, bytes32(uint256(32)), bytes32(uint256(2 ** 32 - 2)));
        vm.startPrank(donor);
        vm.expectRevert(abi.encodeWithSignature("Error(string)", "DepositContract: merkle tree full"));
        depositPort.deposit{value: 2 ether}(list);
        assertEq(donor.balance, 10_000 ether, "donor");
        // there is room for one
        depositPort.deposit{value: 1 ether}(ones(1));
        vm.stopPrank();
        assertEq(depositCount(), 2 ** 32 - 1, "full");
    }

    function test_receive_RevertWhen_EtherIsSent() public {
        vm.prank(donor);
        (bool sent, ) = address(depositPort).call{value: 1 ether}("");
        assertFalse(sent, "takes no plain ether");
    }

    /* INTERNAL */

    /// @dev Predeposits of the first keys of the vectors, which no registry knows.
    function ones(uint256 count) private view returns (IDepositPort.Deposit[] memory list) {
        list = new IDepositPort.Deposit[](count);
        KeySet memory s = keySet(keys, "ten");
        for (uint256 i = 0; i < count; ++i) {
            list[i] = IDepositPort.Deposit(s.keys[i].pubkey, s.keys[i].signature, 1e9);
        }
    }
}
