// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDepositContract} from "../../../contracts/interfaces/IDepositContract.sol";
import {Beacon__Harness} from "../../harness/Beacon__Harness.sol";
import {BeaconVectors} from "../../utils/BeaconVectors.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice Deposit roots, against Lodestar's and the official deposit contract's.
contract DepositDataTest is KedgeTest, BeaconVectors {
    IDepositContract private constant DEPOSIT = IDepositContract(0x00000000219ab540356cBB839Cbe05303d7705Fa);
    Beacon__Harness private harness;

    function setUp() public {
        harness = new Beacon__Harness();
        string memory json = vm.readFile("test/fixtures/generated/system-contracts.json");
        vm.etch(address(DEPOSIT), vm.parseJsonBytes(json, "$.deposit.code"));
        vm.deal(address(this), 1_000_000 ether);
    }

    function test_root_EqualsEveryVector() public {
        string memory file = depositsFile();
        bytes32 credentials = vm.parseJsonBytes32(file, "$.credentials");
        for (uint256 i = 0; i < 6; ++i) {
            DepositVector memory v = depositVector(file, i);
            assertEq(harness.depositRoot(v.pubkey, credentials, v.amountGwei, v.signature), v.root);
            DEPOSIT.deposit{value: uint256(v.amountGwei) * 1 gwei}(
                v.pubkey,
                abi.encodePacked(credentials),
                v.signature,
                v.root
            );
        }
        assertEq(address(DEPOSIT).balance, (3 + 3 * 31) * 1 ether + (3 + 4 + 5) * 1 gwei, "deposited");
    }

    /// @dev The official contract computes the same root for whatever it is given: it refuses any other.
    function testFuzz_root_IsAcceptedByTheDepositContract(
        bytes32[3] calldata words,
        bytes32[3] calldata signature,
        uint256 amount
    ) public {
        amount = bound(amount, 1e9, 2_048e9);
        bytes memory pubkey = abi.encodePacked(words[0], bytes16(words[1]));
        bytes memory sig = abi.encodePacked(signature[0], signature[1], signature[2]);
        bytes32 root = harness.depositRoot(pubkey, words[2], uint64(amount), sig);
        DEPOSIT.deposit{value: amount * 1 gwei}(pubkey, abi.encodePacked(words[2]), sig, root);
        assertEq(address(DEPOSIT).balance, amount * 1 gwei, "deposited");
    }

    function testFuzz_root_DiffersWhen_AnInputDiffers(uint256 what, uint256 bit) public view {
        string memory file = depositsFile();
        bytes32 credentials = vm.parseJsonBytes32(file, "$.credentials");
        DepositVector memory v = depositVector(file, 0);
        what = bound(what, 0, 3);
        if (what == 0) v.pubkey[(bit / 8) % 48] ^= bytes1(uint8(1 << (bit % 8)));
        if (what == 1) credentials ^= bytes32(uint256(1) << (bit % 256));
        if (what == 2) v.amountGwei ^= uint64(1) << uint64(bit % 64);
        if (what == 3) v.signature[(bit / 8) % 96] ^= bytes1(uint8(1 << (bit % 8)));
        assertNotEq(harness.depositRoot(v.pubkey, credentials, v.amountGwei, v.signature), v.root);
    }
}
