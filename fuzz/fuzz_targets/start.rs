//! Scripts and pipelines of any repository are read without an end that nobody asked for.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| plimsoll_fuzz::start(data));
