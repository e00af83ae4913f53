// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheatcodes that Kedge's tests use, as Hardhat's runner answers them.
/// @dev Every function here is exercised in `test/unit/utils/Vm.t.sol`; whoever adds one adds its test there.
interface Vm {
    /// @notice One recorded event.
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    /// @notice Gas of the last external call that a test made.
    struct Gas {
        uint64 gasLimit;
        uint64 gasTotalUsed;
        uint64 gasMemoryUsed;
        int64 gasRefunded;
        uint64 gasRemaining;
    }

    /* BLOCK */

    /// @notice Sets `block.timestamp`.
    /// @dev Warning: under viaIR the optimiser may read `block.timestamp` once per function. A test that
    /// warps and then needs the new time asks `getBlockTimestamp()`.
    function warp(uint256 timestamp) external;

    /// @notice Sets `block.number`.
    function roll(uint256 number) external;

    /// @notice Sets `block.basefee`.
    function fee(uint256 baseFee) external;

    /// @notice Sets `block.chainid`.
    function chainId(uint256 id) external;

    /// @notice Sets `block.coinbase`.
    function coinbase(address beneficiary) external;

    /// @notice Sets `block.prevrandao`.
    function prevrandao(bytes32 mix) external;

    /// @notice Sets what `blockhash(number)` answers.
    function setBlockhash(uint256 number, bytes32 hash) external;

    /// @notice Sets `tx.gasprice`.
    function txGasPrice(uint256 price) external;

    /// @notice `block.timestamp`, never cached by the optimiser.
    function getBlockTimestamp() external view returns (uint256);

    /// @notice `block.number`, never cached by the optimiser.
    function getBlockNumber() external view returns (uint256);

    /* CODE */

    /// @notice The creation code of a built artifact, named "File.sol:Contract".
    function getCode(string calldata artifact) external view returns (bytes memory);

    /* STATE */

    /// @notice Sets the ether of an account.
    function deal(address account, uint256 balance) external;

    /// @notice Sets the code of an account.
    function etch(address account, bytes calldata runtime) external;

    /// @notice Writes one storage slot.
    function store(address account, bytes32 slot, bytes32 value) external;

    /// @notice Reads one storage slot.
    function load(address account, bytes32 slot) external view returns (bytes32);

    /// @notice Sets the nonce of an account; it may only grow.
    function setNonce(address account, uint64 nonce) external;

    /// @notice Reads the nonce of an account.
    function getNonce(address account) external view returns (uint64);

    /// @notice Marks all slots of an account cold again, for gas measurements.
    function cool(address account) external;

    /// @notice Starts to record which slots are read and written.
    function record() external;

    /// @notice The slots of an account read and written since `record()`; a written slot counts as read too.
    function accesses(address account) external returns (bytes32[] memory read, bytes32[] memory written);

    /// @notice Keeps the whole state and names it.
    function snapshotState() external returns (uint256 id);

    /// @notice Goes back to a kept state; the snapshot stays usable.
    function revertToState(uint256 id) external returns (bool done);

    /// @notice Goes back to a kept state and forgets it.
    function revertToStateAndDelete(uint256 id) external returns (bool done);

    /* CALLERS */

    /// @notice The next call comes from `sender`.
    /// @dev A call inside the arguments of the next call counts: read such values before the prank.
    function prank(address sender) external;

    /// @notice The next call comes from `sender`, in a transaction of `origin`.
    function prank(address sender, address origin) external;

    /// @notice All calls come from `sender` until `stopPrank()`.
    function startPrank(address sender) external;

    /// @notice All calls come from `sender`, in transactions of `origin`, until `stopPrank()`.
    function startPrank(address sender, address origin) external;

    /// @notice Ends `startPrank`.
    function stopPrank() external;

    /* EXPECTATIONS */

    /// @notice The next call must revert, with whatever data.
    function expectRevert() external;

    /// @notice The next call must revert with exactly these four bytes: an error without values.
    function expectRevert(bytes4 selector) external;

    /// @notice The next call must revert with exactly this data.
    function expectRevert(bytes calldata data) external;

    /// @notice The next call must revert inside `reverter`.
    function expectRevert(address reverter) external;

    /// @notice As `expectRevert(bytes4)`, and the revert must come from `reverter`.
    function expectRevert(bytes4 selector, address reverter) external;

    /// @notice As `expectRevert(bytes)`, and the revert must come from `reverter`.
    function expectRevert(bytes calldata data, address reverter) external;

    /// @notice The next `count` calls must revert with these four bytes.
    function expectRevert(bytes4 selector, uint64 count) external;

    /// @notice The next call must revert with an error of this selector, whatever its values.
    function expectPartialRevert(bytes4 selector) external;

    /// @notice As `expectPartialRevert(bytes4)`, and the revert must come from `reverter`.
    function expectPartialRevert(bytes4 selector, address reverter) external;

    /// @notice The event emitted next by the test must be emitted, in all its parts, by the next call.
    function expectEmit() external;

    /// @notice As `expectEmit()`, from `emitter`.
    function expectEmit(address emitter) external;

    /// @notice As `expectEmit()`, but only the chosen topics and data count.
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data) external;

    /// @notice As `expectEmit()`, but only the chosen topics and data count, from `emitter`.
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data, address emitter) external;

    /// @notice The event emitted next by the test must be emitted exactly `count` times by `emitter`
    /// within the next call.
    function expectEmit(address emitter, uint64 count) external;

    /// @notice Before the test ends `callee` must be called with data that starts with `data`.
    function expectCall(address callee, bytes calldata data) external;

    /// @notice As `expectCall(address,bytes)`, with this ether.
    function expectCall(address callee, uint256 value, bytes calldata data) external;

    /// @notice As `expectCall(address,bytes)`, exactly `count` times.
    function expectCall(address callee, bytes calldata data, uint64 count) external;

    /* MOCKS */

    /// @notice Calls to `callee` whose data starts with `data` return `result`.
    function mockCall(address callee, bytes calldata data, bytes calldata result) external;

    /// @notice As `mockCall(address,bytes,bytes)`, for calls with this ether only.
    function mockCall(address callee, uint256 value, bytes calldata data, bytes calldata result) external;

    /// @notice Calls to `callee` whose data starts with `data` revert with `failure`.
    function mockCallRevert(address callee, bytes calldata data, bytes calldata failure) external;

    /// @notice Forgets all mocks.
    function clearMockedCalls() external;

    /* LOGS */

    /// @notice Starts to record events.
    function recordLogs() external;

    /// @notice The events since `recordLogs()` or the last reading.
    function getRecordedLogs() external returns (Log[] memory);

    /* KEYS AND ADDRESSES */

    /// @notice The address of a private key.
    function addr(uint256 privateKey) external pure returns (address);

    /// @notice Signs a digest.
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);

    /// @notice Signs a digest in the compact form of ERC-2098.
    function signCompact(uint256 privateKey, bytes32 digest) external pure returns (bytes32 r, bytes32 vs);

    /// @notice Names an address in traces.
    function label(address account, string calldata name) external;

    /// @notice The name given by `label`.
    function getLabel(address account) external view returns (string memory);

    /// @notice The address that CREATE gives.
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);

    /// @notice The address that CREATE2 gives.
    function computeCreate2Address(
        bytes32 salt,
        bytes32 initCodeHash,
        address deployer
    ) external pure returns (address);

    /* FUZZING */

    /// @notice Throws this fuzz input away unless the condition holds.
    function assume(bool condition) external pure;

    /// @notice A random number within bounds, both included.
    function randomUint(uint256 min, uint256 max) external returns (uint256);

    /// @notice A random address.
    function randomAddress() external returns (address);

    /// @notice Random bytes.
    function randomBytes(uint256 length) external view returns (bytes memory);

    /* GAS */

    /// @notice Gas of the last external call.
    function lastCallGas() external view returns (Gas memory);

    /// @notice Writes the gas of the last external call to the snapshot under `name`.
    function snapshotGasLastCall(string calldata name) external returns (uint256 gasUsed);

    /// @notice As `snapshotGasLastCall(string)`, in a group (one file per group).
    function snapshotGasLastCall(
        string calldata group,
        string calldata name
    ) external returns (uint256 gasUsed);

    /// @notice Writes any value, such as a code size, to the snapshot.
    function snapshotValue(string calldata group, string calldata name, uint256 value) external;

    /// @notice Starts a snapshot of a stretch of a test.
    function startSnapshotGas(string calldata group, string calldata name) external;

    /// @notice Ends the stretch begun last.
    function stopSnapshotGas() external returns (uint256 gasUsed);

    /// @notice Gas used from here on does not count.
    function pauseGasMetering() external;

    /// @notice Gas counts again.
    function resumeGasMetering() external;

    /* TEXT AND FILES */

    /// @notice A number in decimal.
    function toString(uint256 value) external pure returns (string memory);

    /// @notice A signed number in decimal.
    function toString(int256 value) external pure returns (string memory);

    /// @notice An address in hexadecimal with its checksum.
    function toString(address value) external pure returns (string memory);

    /// @notice A word in hexadecimal.
    function toString(bytes32 value) external pure returns (string memory);

    /// @notice Bytes in hexadecimal.
    function toString(bytes calldata value) external pure returns (string memory);

    /// @notice Reads a text file below `test/fixtures/`, by its path from the project's root.
    function readFile(string calldata path) external view returns (string memory);

    /// @notice Reads a number (or a numeral) at `key` (`.a.b[0]`) of a JSON text.
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);

    /// @notice Reads a list of numbers.
    function parseJsonUintArray(
        string calldata json,
        string calldata key
    ) external pure returns (uint256[] memory);

    /// @notice Reads a word.
    function parseJsonBytes32(string calldata json, string calldata key) external pure returns (bytes32);

    /// @notice Reads a list of words.
    function parseJsonBytes32Array(
        string calldata json,
        string calldata key
    ) external pure returns (bytes32[] memory);

    /// @notice Reads bytes.
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);

    /// @notice Reads an address.
    function parseJsonAddress(string calldata json, string calldata key) external pure returns (address);

    /// @notice Reads a boolean.
    function parseJsonBool(string calldata json, string calldata key) external pure returns (bool);

    /// @notice Reads a text.
    function parseJsonString(string calldata json, string calldata key) external pure returns (string memory);

    /* ASSERTIONS (tests use the helpers of Assertions.sol) */

    function assertTrue(bool condition, string calldata text) external pure;
    function assertFalse(bool condition, string calldata text) external pure;

    function assertEq(bool left, bool right, string calldata text) external pure;
    function assertEq(uint256 left, uint256 right, string calldata text) external pure;
    function assertEq(int256 left, int256 right, string calldata text) external pure;
    function assertEq(address left, address right, string calldata text) external pure;
    function assertEq(bytes32 left, bytes32 right, string calldata text) external pure;
    function assertEq(string calldata left, string calldata right, string calldata text) external pure;
    function assertEq(bytes calldata left, bytes calldata right, string calldata text) external pure;
    function assertEq(uint256[] calldata left, uint256[] calldata right, string calldata text) external pure;
    function assertEq(address[] calldata left, address[] calldata right, string calldata text) external pure;
    function assertEq(bytes32[] calldata left, bytes32[] calldata right, string calldata text) external pure;

    function assertNotEq(bool left, bool right, string calldata text) external pure;
    function assertNotEq(uint256 left, uint256 right, string calldata text) external pure;
    function assertNotEq(int256 left, int256 right, string calldata text) external pure;
    function assertNotEq(address left, address right, string calldata text) external pure;
    function assertNotEq(bytes32 left, bytes32 right, string calldata text) external pure;
    function assertNotEq(string calldata left, string calldata right, string calldata text) external pure;
    function assertNotEq(bytes calldata left, bytes calldata right, string calldata text) external pure;

    function assertLt(uint256 left, uint256 right, string calldata text) external pure;
    function assertLt(int256 left, int256 right, string calldata text) external pure;
    function assertLe(uint256 left, uint256 right, string calldata text) external pure;
    function assertLe(int256 left, int256 right, string calldata text) external pure;
    function assertGt(uint256 left, uint256 right, string calldata text) external pure;
    function assertGt(int256 left, int256 right, string calldata text) external pure;
    function assertGe(uint256 left, uint256 right, string calldata text) external pure;
    function assertGe(int256 left, int256 right, string calldata text) external pure;

    function assertApproxEqAbs(
        uint256 left,
        uint256 right,
        uint256 maxDelta,
        string calldata text
    ) external pure;
    function assertApproxEqAbs(
        int256 left,
        int256 right,
        uint256 maxDelta,
        string calldata text
    ) external pure;
    function assertApproxEqRel(
        uint256 left,
        uint256 right,
        uint256 maxShare,
        string calldata text
    ) external pure;
    function assertApproxEqRel(
        int256 left,
        int256 right,
        uint256 maxShare,
        string calldata text
    ) external pure;
}
