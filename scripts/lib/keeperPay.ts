/**
 * Gas on top of what a node estimates for a call of `KeeperJobs`: nodes estimate with a base fee of zero, for which nothing
 * is due, so an estimate lacks the payment.
 */
export const PAY_GAS = 150_000n;
