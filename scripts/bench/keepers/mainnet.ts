/// Import this before anything that loads Lodestar: its preset is read once, at the first import.
process.env["LODESTAR_PRESET"] = "mainnet";
