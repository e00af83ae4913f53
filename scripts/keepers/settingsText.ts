/** What the generated texts about keepers' settings begin with. */

export const KEEPER_SCHEMA_TITLE = "Settings of Kedge's keepers";

export const KEEPER_ENV_HEAD = [
  "Settings of Kedge's keepers, as variables of the environment. Made by `npm run docs:generate`;",
  "docs/settings.md has the rules. What is empty counts as not set.",
];
