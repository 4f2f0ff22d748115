//! Balances, registers and leverage, rebuilt from entries. Pure.
