"""`manage.py pool`: what scripts and people read, without any server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.therapies.synthesis.published import FOLDER

PROJECT = Path(__file__).parents[3]
PRITZ = str(FOLDER / "pritz1997.csv")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    call_command("pool", *arguments, "--json")
    return json.loads(capsys.readouterr().out, parse_constant=lambda name: pytest.fail(f"{name} in the JSON"))


def test_pool_prints_every_figure_unrounded(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, PRITZ)

    names = "k measure method test tau2 tau2_low tau2_high i2 q q_p model natural"
    assert list(found) == names.split()
    assert list(found["model"]) == ["estimate", "se", "ci_low", "ci_high", "pi_low", "pi_high"]
    assert list(found["natural"]) == ["estimate", "ci_low", "ci_high", "pi_low", "pi_high"]
    assert (found["k"], found["measure"], found["method"], found["test"]) == (14, "plo", "reml", "knha")
    assert found["natural"]["estimate"] == pytest.approx(0.757479295)
    assert found["i2"] == pytest.approx(56.5596, rel=1e-5)


def test_pool_takes_measure_method_and_test(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, PRITZ, "--measure", "pft", "--method", "dl", "--test", "z")

    assert (found["measure"], found["method"], found["test"]) == ("pft", "dl", "z")


def test_pool_by_the_mixed_model_takes_the_normal_test_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, PRITZ, "--method", "glmm")

    assert (found["method"], found["test"], found["tau2_low"]) == ("glmm", "z", None)
    assert found["tau2"] == pytest.approx(0.58932523, rel=1e-5)


def test_pool_finds_that_a_file_has_ratios(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, str(FOLDER / "hackshaw1998.csv"))

    assert (found["measure"], found["k"]) == ("log-ratio", 37)
    assert 1.1 < found["natural"]["ci_low"] < found["natural"]["estimate"] < 1.4


def test_pool_prints_null_for_what_is_not_finite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "far.csv"
    file.write_text("study,estimate,ci_low,ci_high\nA,1e-150,1e-151,1e-149\nB,1e150,1e149,1e151\n")

    assert printed(capsys, str(file))["natural"]["pi_high"] is None


def test_pool_prints_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("pool", PRITZ)

    assert capsys.readouterr().out.splitlines() == [
        "Studies     14 (plo, reml, knha)",
        "Pooled      0.7575 (95 % CI 0.6481 to 0.8412)",
        "Prediction  0.4333 to 0.9273",
        "τ²          0.3646 (0.04136 to 2.051)",
        "I²          56.6 %",
        "Q           29.79, p = 0.005057",
    ]


def test_pool_of_one_study_prints_no_interval_of_tau2(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("pool", str(FOLDER / "synthetic-one.csv"), "--method", "glmm")

    assert "τ²          0\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.csv"], "nowhere.csv cannot be read: No such file"),
        ([str(FOLDER)], "cannot be read: Is a directory"),
        ([PRITZ, "--measure", "log-ratio"], "needs the columns study, estimate, ci_low, ci_high"),
        ([PRITZ, "--method", "glmm", "--test", "knha"], "Hartung–Knapp is not defined"),
        ([PRITZ, "--method", "ml"], "invalid choice: 'ml'"),
        ([str(FOLDER / "synthetic-none.csv"), "--method", "glmm"], "either nobody or everybody"),
    ],
)
def test_pool_refuses_in_sentences(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("pool", *arguments)


def test_pool_runs_where_no_server_can(tmp_path: Path) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
    }

    done = subprocess.run(
        [sys.executable, "manage.py", "pool", PRITZ, "--json"],
        cwd=PROJECT,
        env={**environment, "NELM_VAR_DIR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
    )

    assert json.loads(done.stdout)["k"] == 14, done.stderr
    assert not (tmp_path / "var").exists()
