# What is done often. `just` lists the recipes.

_default:
    @just --list

# The release binary, target/release/farad
build:
    cargo build --release

# All tests, with the real peers installed under target/
test *arguments:
    ./test {{arguments}}

# All that must hold before a change is merged
ci:
    bash .ci/run

# The transcripts alone, or one area or row of them: just golden print
golden filter="":
    FARAD_GOLDEN={{filter}} cargo test --test golden -- --nocapture

# Rewrite tests/golden/known.txt to what fails now, keeping the reasons it has
bless filter="":
    FARAD_BLESS=1 FARAD_GOLDEN={{filter}} cargo test --test golden -- --nocapture

# The tables of speed and of round trips
bench *arguments:
    cargo bench --workspace {{arguments}}

# Ten minutes of one fuzz target: just fuzz rap
fuzz target seconds="600":
    RUSTC_BOOTSTRAP=1 cargo fuzz run {{target}} -- -max_total_time={{seconds}} -rss_limit_mb=2048
