//! The README's code blocks, compiled and run.
#![doc = include_str!("../README.md")]
