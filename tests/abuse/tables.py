"""Bad tables: events, stimuli, ROIs, models, confounds, affect labels."""

from pathlib import Path

from crossmodal.bold.model.confounds import read_confounds
from crossmodal.bold.read.events import EventsConfig, read_events
from crossmodal.bold.read.sidecar import read_sidecars
from crossmodal.contracts.affect_labels import AffectLabels
from crossmodal.contracts.layer_similarity import LayerSimilarity
from crossmodal.contracts.layer_table import LayerTable
from crossmodal.contracts.planted_features import PlantedFeatures
from crossmodal.contracts.rois import read_rois
from crossmodal.contracts.stimulus_table import COLUMNS, StimulusTable
from crossmodal.families.affect3d.circumplex import read_circumplex
from crossmodal.representations.models import table_rdms
from crossmodal.stimuli.demographics import read_demographics
from tests.abuse.case import Case, of_bytes, of_text

ROI_HEAD = "name\themisphere\tx_mm\ty_mm\tz_mm\tradius_mm\tcertainty\tsource\n"
STIMULUS = "\t".join(f"{column}-1" for column in COLUMNS)


def read(path: Path) -> object:
    return read_events(path, EventsConfig())


def events(name: str, text: str, match: str) -> Case:
    return of_text(
        f"events: {name}", "e.tsv", text, lambda p: read_events(p, EventsConfig()), match
    )


def rois(name: str, text: str, match: str) -> Case:
    return of_text(f"ROIs: {name}", "r.tsv", text, read_rois, match)


def stimuli(name: str, text: str, match: str) -> Case:
    return of_text(f"stimuli: {name}", "s.tsv", text, StimulusTable.read, match)


def confounds(path: Path) -> object:
    return read_confounds(path, ("trans_x",), 2)


def table(path: Path) -> object:
    return table_rdms(path, "mine")


def affect(path: Path) -> object:
    return AffectLabels.read([path])


def genders(name: str, text: str, match: str) -> Case:
    return of_text(f"demographics: {name}", "d.csv", text, read_demographics, match)


ACTORS = "ActorID,Age,Sex,Race,Ethnicity\n"
EVENTS = "onset\tduration\ttrial_type\n"
CASES = [
    events("no column", "onset\tduration\n1\t1\n", "columns: expected 'trial_type'"),
    events("empty file", "", "columns: expected 'onset'"),
    events("no time", EVENTS + "soon\t1\ta\n", "line 2, onset: expected a time in s, got 'soon'"),
    events("NaN onset", EVENTS + "nan\t1\ta\n", "line 2, onset"),
    events("infinite onset", EVENTS + "inf\t1\ta\n", "line 2, onset"),
    events("negative duration", EVENTS + "1\t-1\ta\n", "a duration in s, >= 0, got '-1'"),
    events("two at once", EVENTS + "1\t1\ta\n1\t1\tb\n", "one event at 1 s, got a and b"),
    events("overlap", EVENTS + "1\t9\ta\n2\t1\tb\n", "after a has ended"),
    events("long row", EVENTS + "1\t1\ta\tb\n", "line 2: expected 3 cells"),
    events("short row", EVENTS + "1\n", "line 2: expected 3 cells"),
    of_bytes(
        "events: no UTF-8", "e.tsv", b"onset\tduration\ttrial_type\n1\t1\t\xff\n",
        read, "an events.tsv",
    ),
    rois("no column", "name\n", "columns: expected"),
    rois("empty file", "", "a table of ROI spheres"),
    rois("no rows", ROI_HEAD, "at least one sphere"),
    rois("no number", ROI_HEAD + "FFA\tL\tx\t1\t1\t8\tc\ts\n", "line 2, x_mm: expected a number"),
    rois("NaN", ROI_HEAD + "FFA\tL\tnan\t1\t1\t8\tc\ts\n", "line 2, x_mm: expected a number"),
    rois("no radius", ROI_HEAD + "FFA\tL\t1\t1\t1\t0\tc\ts\n", "a positive number"),
    rois("hemisphere", ROI_HEAD + "FFA\tX\t1\t1\t1\t8\tc\ts\n", "L or R"),
    rois("no source", ROI_HEAD + "FFA\tL\t1\t1\t1\t8\tc\t\n", "where the coordinate is from"),
    rois("twice", ROI_HEAD + "FFA\tL\t1\t1\t1\t8\tc\ts\n" * 2, "each sphere once"),
    stimuli("no column", "stimulus_id\na\n", "columns: expected"),
    stimuli("empty file", "", "a table of stimuli"),
    stimuli("no rows", "\t".join(COLUMNS) + "\n", "at least one stimulus"),
    stimuli("twice", "\t".join(COLUMNS) + f"\n{STIMULUS}\n{STIMULUS}\n", "each id once"),
    of_bytes("stimuli: binary", "s.tsv", bytes(range(256)), StimulusTable.read, "expected"),
    of_text("model table: empty", "m.tsv", "", table, "3 or more conditions"),
    of_text("model table: no model", "m.tsv", "c\na\nb\nd\n", table, "1 or more models"),
    of_text("model table: twice", "m.tsv", "c\tx\na\t1\na\t2\nb\t3\n", table, "once"),
    of_text("model table: gap", "m.tsv", "c\tx\na\t1\nd\t\nb\t3\n", table, "empty cell"),
    of_text("confounds: no column", "c.tsv", "rot_x\n1\n2\n", confounds, "columns: expected"),
    of_text("confounds: rows", "c.tsv", "trans_x\n1\n", confounds, "2, one a volume, got 1"),
    of_text("confounds: text", "c.tsv", "trans_x\n1\nx\n", confounds, "numbers or n/a"),
    of_text("BIDS sidecar: no JSON", "b.json", "{", lambda p: read_sidecars([p]), "expected JSON"),
    of_text("BIDS sidecar: a list", "b.json", "[]", lambda p: read_sidecars([p]), "a JSON object"),
    of_text("layers: empty", "l.tsv", "", LayerTable.read, "a table of layers"),
    of_text("similarity: empty", "s.tsv", "", LayerSimilarity.read, "layer similarities"),
    of_text("similarity: text", "s.tsv", "layer\tarm\ta\na\tv\tx\n", LayerSimilarity.read, "layer"),
    of_text("planted: empty", "p.tsv", "", lambda p: PlantedFeatures.read([p]), "planted features"),
    of_text("affect: no column", "a.csv", "stimulus_id\nx\n", affect, "columns: expected"),
    of_text(
        "affect: outside", "a.csv", "stimulus_id,frame,valence,arousal\na,0,2,0\n", affect,
        r"a value in \[-1, 1\]",
    ),
    genders("empty file", "", "columns: expected"),
    genders("no column", "ActorID,Age\n1001,51\n", "columns: expected"),
    genders("nobody", ACTORS + ",51,Male,y,z\n", "line 2, ActorID: expected an actor"),
    genders("unknown sex", ACTORS + "1001,51,x,y,z\n", "line 2, Sex: expected one of"),
    genders("short row", ACTORS + "1001\n", "line 2, Sex: expected one of"),
    genders("long row", ACTORS + "1001,51,,y,z,a,b\n", "line 2, Sex: expected one of"),
    genders("twice", ACTORS + "1001,51,Male,y,z\n" * 2, "line 3, ActorID: expected each actor"),
    of_bytes("demographics: binary", "d.csv", bytes(range(256)), read_demographics, "a table of"),
    of_text("circumplex: no column", "c.tsv", "emotion\nx\n", read_circumplex, "columns"),
]  # fmt: skip
