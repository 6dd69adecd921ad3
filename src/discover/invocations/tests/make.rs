//! Makefiles.

use super::{check, check_all};

#[track_caller]
fn make(text: &str, present: &str, expect: &[&str]) {
    check("Makefile", text, present, expect);
}

#[test]
fn variables_and_functions() {
    let files = "a.yaml b.yaml";
    make(
        "DC = docker compose $(FILES)\nFILES = $(addprefix -f ,a.yaml b.yaml)\nup:\n\t@$(DC) up",
        files,
        &["a.yaml+b.yaml Makefile:4"],
    );
    make("F := a\nF := b\nup:\n\tdocker compose -f ${F}.yaml up", files, &["b.yaml Makefile:4"]);
    make(
        "run = docker compose -f $(1).yaml up\nup:\n\t$(call run,a)\n\t$(call run,b)",
        files,
        &["a.yaml Makefile:3", "b.yaml Makefile:4"],
    );
    make("F = $(foreach f,a b,-f $(f).yaml)\nup:\n\tdocker compose $(F) up", files, &["a.yaml+b.yaml Makefile:3"]);
    make(
        "up:\n\tdocker compose -f a.yaml $(if $(GPU),-f b.yaml) up",
        files,
        &["a.yaml Makefile:2", "a.yaml+b.yaml Makefile:2"],
    );
    make(
        "D := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))\nup:\n\tdocker compose -f $(D)a.yaml up",
        files,
        &["a.yaml Makefile:3"],
    );
    make("D := $(shell pwd)\nup:\n\tdocker compose -f $(D)/a.yaml up", files, &["a.yaml Makefile:3"]);
    make("X := $(shell date)\nup:\n\tTAG=$(X) docker compose -f a.yaml up", files, &["a.yaml Makefile:3"]);
    make(
        "F = a.yaml # b.yaml\nup: # docker compose -f b.yaml up\n\tdocker compose -f $(F) up",
        files,
        &["a.yaml Makefile:3"],
    );
    make(
        "define up\ndocker compose -f a.yaml up\ndocker compose -f b.yaml up\nendef\nx:\n\t$(up)",
        files,
        &["a.yaml Makefile:6", "b.yaml Makefile:6"],
    );
}

#[test]
fn conditions() {
    let files = "a.yaml b.yaml";
    make(
        "F = -f a.yaml\nifdef GPU\nF += -f b.yaml\nendif\nup:\n\tdocker compose $(F) up",
        files,
        &["a.yaml Makefile:6", "a.yaml+b.yaml Makefile:6"],
    );
    make(
        "S := x\nifeq ($(S),x)\nF = a.yaml\nelse\nF = b.yaml\nendif\nup:\n\tdocker compose -f $(F) up",
        files,
        &["a.yaml Makefile:8"],
    );
    make(
        "ifeq ($(S),x)\nF = a.yaml\nelse ifeq ($(S),y)\nF = b.yaml\nelse\nF = c.yaml\nendif\nup:\n\tdocker compose -f $(F) up",
        files,
        &["a.yaml Makefile:9", "b.yaml Makefile:9"],
    );
}

#[test]
fn targets() {
    let files = "a.yaml b.yaml";
    make(
        "x: F = a\ny: F = b\nx y: up\nup:\n\tdocker compose -f $(F).yaml up",
        "a.yaml b.yaml",
        &["a.yaml Makefile:5", "b.yaml Makefile:5"],
    );
    make("a b:\n\tdocker compose -f $@.yaml up", files, &["a.yaml Makefile:2", "b.yaml Makefile:2"]);
    make("up-%:\n\tdocker compose -f $*.yaml up", files, &[]);
    make("up:; docker compose -f a.yaml up", files, &["a.yaml Makefile:1"]);
    make(
        "up:\n\tcd x && \\\n\tdocker compose -f a.yaml up\n\tdocker compose -f b.yaml up",
        "x/a.yaml b.yaml",
        &["b.yaml Makefile:4", "x/a.yaml Makefile:3"],
    );
    make(".ONESHELL:\nup:\n\tcd x\n\tdocker compose -f a.yaml up", "x/a.yaml a.yaml", &["x/a.yaml Makefile:4"]);
}

#[test]
fn what_programs_see() {
    let files = "compose.yaml a.yaml";
    make("COMPOSE_FILE = a.yaml\nup:\n\tdocker compose up", files, &["compose.yaml Makefile:3"]);
    make("export COMPOSE_FILE\nCOMPOSE_FILE = a.yaml\nup:\n\tdocker compose up", files, &["a.yaml Makefile:4"]);
    check_all(
        &[
            ("Makefile", "include .env\nexport\nup:\n\tdocker compose -f $(F) up"),
            (".env", "F=a.yaml\nCOMPOSE_PROFILES=p"),
        ],
        files,
        &["a.yaml profiles p Makefile:4"],
    );
}

#[test]
fn other_files() {
    check_all(
        &[("Makefile", "include ops/x.mk\n"), ("ops/x.mk", "include ops/x.mk\nup:\n\tdocker compose -f a.yaml up")],
        "a.yaml ops/a.yaml",
        &["a.yaml ops/x.mk:3"],
    );
    check_all(&[("ops/x.mk", "up:\n\tdocker compose -f a.yaml up")], "a.yaml ops/a.yaml", &["a.yaml ops/x.mk:2"]);
    check_all(
        &[("Makefile", "up:\n\t$(MAKE) -C ops -f x.mk up"), ("ops/x.mk", "up:\n\tdocker compose -f a.yaml up")],
        "a.yaml ops/a.yaml",
        &["ops/a.yaml ops/x.mk:2"],
    );
    check_all(
        &[("sub/Makefile", "up:\n\tdocker compose -f a.yaml up")],
        "a.yaml sub/a.yaml",
        &["sub/a.yaml sub/Makefile:2"],
    );
}

#[test]
fn hostile_makefiles_end() {
    make("A = $(A)\nB = $(C)\nC = $(B)\nup:\n\tdocker compose -f a.yaml $(A) $(B) up", "a.yaml", &[]);
    let growing =
        "A0 = xxxxxxxx\n".to_owned() + &(1..40).map(|n| format!("A{n} = $(A{0})$(A{0})\n", n - 1)).collect::<String>();
    make(&format!("{growing}up:\n\tX=$(A39) docker compose -f a.yaml up"), "a.yaml", &["a.yaml Makefile:42"]);
    let conditions = (0..40).map(|n| format!("ifdef X{n}\nA{n} = 1\nendif\n")).collect::<String>();
    make(&format!("{conditions}up:\n\tdocker compose -f a.yaml up"), "a.yaml", &["a.yaml Makefile:122"]);
    make(&"$(".repeat(50_000), "a.yaml", &[]);
    make(&"ifdef A\n".repeat(5000), "a.yaml", &[]);
}
