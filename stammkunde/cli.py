"""The command ``stammkunde``: a thin face over functions and the tools behind them."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from stammkunde import ingest, privacy
from stammkunde.engines import chosen_engine
from stammkunde.evidence import EvidenceError, Record, describe, explain
from stammkunde.exchange_rates import ExchangeRateError, Interval, refresh
from stammkunde.homes import HomeError, hold, prepare, require_checkout
from stammkunde.paths import PROJECT, Home, home
from stammkunde.settings import SettingsError, from_environment, sources_file
from stammkunde.spark import SparkError

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)

PASS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}

DEMO_CUSTOMERS = 20_000
DEMO_DAYS = 730

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder for all that the run makes (default: data/<source>)."),
]


def _execute(
    arguments: list[str], place: Home, folder: Path | None = None, **variables: str
) -> int:
    """Run a command of this environment for a home, in ``folder`` or here; its exit code."""
    try:
        prepare(place)
        of_engine = chosen_engine().environment(place)
    except (HomeError, SettingsError, SparkError) as error:
        return _refuse(error, 2)
    # What stands beside this interpreter comes first: dbt, dagster and sqlfluff of the same lock.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, **place.environment(), **of_engine, "PATH": path, **variables}
    try:
        return subprocess.run(arguments, env=environment, cwd=folder, check=False).returncode
    except FileNotFoundError:
        Console(stderr=True).print(f"There is no command {arguments[0]!r} in this environment.")
        return 127


def _place(folder: Path | None, source: str) -> Home:
    """The home that was named, or the one of a source below the home of this process."""
    default = home().root / source if source else home().root
    return Home((folder or default).resolve())


def _refuse(error: Exception, code: int) -> int:
    """Say what is wrong; the exit code."""
    # Not as markup: a path may hold brackets.
    Console(stderr=True).print(str(error), style="red", markup=False, highlight=False)
    return code


def _run(place: Home, source: str, landing: Path | None, as_of: str, *, force: bool = False) -> int:
    variables = {
        "STAMMKUNDE_FORCE": "1" if force else "",
        "STAMMKUNDE_SOURCE": source,
        "STAMMKUNDE_LANDING": str(landing.resolve()) if landing else "",
        "STAMMKUNDE_AS_OF": as_of,
    }
    # What cannot be run is refused before a home is made for it.
    try:
        require_checkout()
        from_environment(variables)
    except (HomeError, SettingsError) as error:
        return _refuse(error, 2)
    return _execute([sys.executable, "-m", "orchestration"], place, None, **variables)


@app.command()
def run(
    source: Annotated[str, typer.Option(help="Source system; empty: all of dbt_project.yml.")] = "",
    landing: Annotated[Path | None, typer.Option(help="Its folder, one subfolder a feed.")] = None,
    as_of: Annotated[str, typer.Option(help="Day to describe, like 2025-12-31.")] = "",
    force: Annotated[bool, typer.Option(help="Build although nothing has changed.")] = False,
    home_folder: HomeOption = None,
) -> None:
    """Load, build, check, publish and show; at once over where nothing has changed.

    Exit code 1: stopped, nothing published; 2: could not begin, since the request, the home or the
    dbt project is not in order.
    """
    raise typer.Exit(_run(_place(home_folder, source), source, landing, as_of, force=force))


@app.command()
def forget(
    source: Annotated[str, typer.Argument(help="Source system.")],
    file: Annotated[str, typer.Argument(help="As in the report: orders/orders_2025-01-01.csv.")],
    home_folder: HomeOption = None,
) -> None:
    """Take a loaded file's rows out again; the next run loads what then lies under its name.

    Exit code 1: no such file is loaded; 2: no such source, or a run is going on in the home.
    """
    place = _place(home_folder, source)
    try:
        contract = ingest.read_contract(sources_file(source))
        with hold(place):
            rows = ingest.forget(source, file, place.warehouse, contract)
    except ingest.LoadError as error:
        raise typer.Exit(_refuse(error, 1)) from None
    except (ingest.ContractError, HomeError) as error:
        raise typer.Exit(_refuse(error, 2)) from None
    Console().print(f"{rows:,} rows of {file} were taken out.", markup=False, highlight=False)


@app.command()
def erase(
    source: Annotated[str, typer.Argument(help="Source system that takes requests, like shop.")],
    contact_key: Annotated[str, typer.Option(help="Contact record of the person; exact.")] = "",
    email: Annotated[str, typer.Option(help="E-mail address.")] = "",
    phone: Annotated[str, typer.Option(help="Telephone number, best with its country.")] = "",
    loyalty_card: Annotated[str, typer.Option(help="Number of the card.")] = "",
    requested_at: Annotated[
        datetime | None, typer.Option(help="When it was asked for, UTC; default: now.")
    ] = None,
    request_key: Annotated[str, typer.Option(help="Key of the request; default: a new one.")] = "",
    landing: Annotated[Path | None, typer.Option(help="Landing folder of the source.")] = None,
    home_folder: HomeOption = None,
) -> None:
    """Write a request to erase a person; the next run of that day or a later one carries it out.

    Exit code 2: nothing names a person, or the source takes no requests.
    """
    place = _place(home_folder, source)
    identifiers = {
        "contact_key": contact_key,
        "email": email,
        "phone": phone,
        "loyalty_card": loyalty_card,
    }
    try:
        if "erasures" not in ingest.read_contract(sources_file(source)).feeds:
            raise privacy.ErasureError(f"The source {source} has no feed of erasure requests.")
        moment = requested_at.replace(tzinfo=UTC) if requested_at else None
        folder = landing or place.landing / source
        file = privacy.write_request(folder, identifiers, moment, request_key)
    except (ingest.ContractError, privacy.ErasureError) as error:
        raise typer.Exit(_refuse(error, 2)) from None
    Console().print(
        f"{file} is written; the next run carries it out.", markup=False, highlight=False
    )


@app.command()
def exchange_rates(
    file: Annotated[Path, typer.Argument(help="eurofxref-hist.zip of the ECB, or its .csv.")],
    every: Annotated[Interval, typer.Option(help="How often a rate changes.")] = Interval.MONTH,
) -> None:
    """Write seed exchange_rates anew with the euro reference rates of the European Central Bank.

    Rows of other currencies, and of days before the file's first, stay. Exit code 2: the file is
    none of the bank's, and the seed stays as it was.
    """
    try:
        currencies, newest = refresh(file, every)
    except ExchangeRateError as error:
        raise typer.Exit(_refuse(error, 2)) from None
    Console().print(
        f"Seed exchange_rates holds {currencies} currencies of the file, up to {newest}; the next "
        "run takes it.",
        highlight=False,
    )


@app.command()
def why(
    first: Annotated[str, typer.Argument(help="A record, such as 'contact:shop|4711'.")],
    second: Annotated[str, typer.Argument(help="Another one, such as 'order:shop|1001'.")],
    values: Annotated[bool, typer.Option("--values", help="Show identifiers unmasked.")] = False,
    home_folder: HomeOption = None,
) -> None:
    """Say why two records are one customer, or why they are two.

    Exit code 2: there is no such record, or nothing has been resolved yet.
    """
    place = Home((home_folder or home().root).resolve())
    try:
        evidence = explain(place.warehouse, Record.parse(first), Record.parse(second))
    except EvidenceError as error:
        raise typer.Exit(_refuse(error, 2)) from None
    for line in describe(evidence, shows_values=values):
        Console().print(line, markup=False, highlight=False, soft_wrap=True)


@app.command()
def demo(
    customers: Annotated[int, typer.Option(help="People of the simulated shop.")] = DEMO_CUSTOMERS,
    days: Annotated[int, typer.Option(help="Days of its life.")] = DEMO_DAYS,
    seed: Annotated[int, typer.Option(help="Seed; the same seed gives the same shop.")] = 1,
    home_folder: HomeOption = None,
) -> None:
    """Simulate a shop, once, and run everything on it."""
    place = Home((home_folder or home().root / "demo").resolve())
    simulated = place.root / f".simulated-{customers}-{days}-{seed}"
    if not simulated.exists():
        if any(place.root.glob(".simulated-*")):
            Console(stderr=True).print(
                f"[red]{place.root} holds another shop; give --home, or remove that folder.[/]"
            )
            raise typer.Exit(2)
        shop = ["--customers", str(customers), "--days", str(days), "--seed", str(seed)]
        arguments = [sys.executable, "-m", "simulator", *shop, "--out", str(place.root)]
        code = _execute(arguments, place)
        if code:
            raise typer.Exit(code)
        simulated.touch()
    raise typer.Exit(_run(place, "shop", None, ""))


@app.command(context_settings=PASS_THROUGH)
def dbt(context: typer.Context) -> None:
    """Run dbt for the home: stammkunde dbt build --select customer_lifecycle."""
    raise typer.Exit(_execute(["dbt", *context.args], home()))


@app.command(name="exec", context_settings=PASS_THROUGH)
def execute(context: typer.Context) -> None:
    """Run any command of the environment for the home: stammkunde exec sqlfluff lint models."""
    raise typer.Exit(_execute(list(context.args), home()))


@app.command()
def dev(
    port: Annotated[int, typer.Option(help="Port on the loopback address.")] = 3000,
    source: Annotated[str, typer.Option(help="Source system; empty: all of dbt_project.yml.")] = "",
    landing: Annotated[Path | None, typer.Option(help="Its folder, one subfolder a feed.")] = None,
    home_folder: HomeOption = None,
) -> None:
    """Open Dagster's UI with its schedule on http://127.0.0.1:<port>."""
    place = _place(home_folder, source)
    address = ["--host", "127.0.0.1", "--port", str(port)]
    module = ["--module-name", "orchestration.definitions", "--working-directory", str(PROJECT)]
    code = _execute(
        ["dagster", "dev", *address, *module],
        place,
        # Dagster takes its settings from the home; in the project's folder it would warn of others.
        folder=place.dagster,
        STAMMKUNDE_SOURCE=source,
        STAMMKUNDE_LANDING=str(landing.resolve()) if landing else "",
    )
    raise typer.Exit(code)


if __name__ == "__main__":
    app()
