/** What each account is for, by its number. */
export const LOCAL_ACCOUNTS = {
  deployer: 0,
  admin: 1,
  treasury: 2,
  guardian: 3,
  keeper: 4,
  manager: 5,
  operatorRewards: 6,
  alice: 7,
  bob: 8,
  carol: 9,
} as const;

export type AccountName = keyof typeof LOCAL_ACCOUNTS;

export const ACCOUNT_NAMES = Object.keys(LOCAL_ACCOUNTS) as AccountName[];
