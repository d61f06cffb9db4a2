#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| farad_fuzz::wire::targets(data));
