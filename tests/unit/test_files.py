"""Files as other programs write them: columns, headers, splits and names that are theirs."""

import io

import numpy as np
import pytest

from core.errors import ArchiveError
from core.graph.archive import GraphOrigin, build_graph
from core.graph.formats.given import gather_sent
from core.graph.formats.read import read_given

N = 12
CATEGORIES = ["alpha", "beta", "gamma"] * 4
RING = [(i, (i + 1) % N) for i in range(N)]


def table(header, *columns):
    return header + "\n" + "".join(",".join(map(str, row)) + "\n" for row in zip(*columns, strict=True))


NODES = table("id,category", range(N), CATEGORIES)
EDGES = table("source,target", *zip(*RING, strict=True))


def read(nodes=NODES, edges=EDGES):
    return read_given(gather_sent({"nodes.csv": nodes.encode(), "edges.csv": edges.encode()}))


def refusal(*arguments, **named):
    with pytest.raises(ArchiveError) as caught:
        read(*arguments, **named)
    return str(caught.value)


# The ends of links


@pytest.mark.parametrize(
    ("header", "order"),
    [
        ("weight,from,to", "wst"),
        ("id,src,dst", "wst"),
        ("target_id,source_id", "ts"),
        ("Source,Target,Type", "stw"),
        ("V,U", "ts"),
        ("head,weight,tail", "tws"),
        ("weight,Start,End", "wst"),
        (":START_ID,:END_ID", "st"),
    ],
)
def test_i15_links_are_read_by_what_their_columns_are_called(header, order):
    columns = {"s": [s for s, _ in RING], "t": [t for _, t in RING], "w": [0] * N}
    imported = read(edges=table(header, *(columns[key] for key in order)))
    assert imported.arrays["edge_index"].T.tolist() == [list(edge) for edge in RING]


@pytest.mark.parametrize("first", ["weight,a,b", "0,99", "alpha,1", "Source,Source,Target"])
def test_i15_a_first_line_that_names_no_ends_is_refused_as_it_stands(first):
    said = refusal(edges=first + "\n0,1,1\n")
    assert f"line 1 of edges.csv is {first!r}" in said and "source,target" in said


def test_i15_ids_that_were_written_as_fractions_are_whole():
    assert read(edges="source,target\n0.0,1.0\n11.00,2\n").arrays["edge_index"].T.tolist() == [[0, 1], [11, 2]]
    assert read(edges="0.0,1.0\n").arrays["edge_index"].T.tolist() == [[0, 1]]
    assert "names '0.5'" in refusal(edges="source,target\n0.5,1.0\n")


# GraphML


def test_i15_nodes_told_twice_or_never_are_refused_by_their_id():
    nodes = "".join(f'<node id="n{i}"/>' for i in range(3))
    for inside, words in {
        nodes + '<node id="n0"/>': "has two nodes with the id 'n0'",
        nodes + '<edge source="n0" target="zz"/>': "names 'zz', which is the id of no node",
    }.items():
        content = f'<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph>{inside}</graph></graphml>'
        with pytest.raises(ArchiveError, match=words):
            read_given(gather_sent({"g.graphml": content.encode()}))


# Which column is the category, which the title


@pytest.mark.parametrize("column", ["club", "Modularity Class", "community", "group", "type", "topic"])
def test_i15_a_category_is_known_by_its_usual_names_and_told(column):
    titles = [f"T{i}" for i in range(N)]
    imported = read(table(f"id,{column},label", range(N), CATEGORIES, titles))
    assert imported.arrays["class_names"].tolist() == ["alpha", "beta", "gamma"]
    assert imported.arrays["titles"].tolist() == titles
    assert imported.notices[0] == f"Its categories are those of the column {column}."


def test_i15_what_differs_from_article_to_article_is_no_category():
    titles = [f"T{i}" for i in range(N)]
    assert "nodes.csv has no category: its articles have label (label differs" in refusal(
        table("id,label", range(N), titles)
    )
    assert "its articles have label, x, y (" in refusal(table("id,label,x,y", range(N), titles, [1] * N, [2] * N))
    both = refusal(table("id,club,type", range(N), CATEGORIES, CATEGORIES))
    assert "2 columns that may be its categories, club, type" in both


def test_i15_a_title_that_is_a_word_for_nothing_stays():
    titles = ["NaN", "Null", "None", "NA", *(f"T{i}" for i in range(7)), ""]
    imported = read(table("id,category,title", range(N), CATEGORIES, titles))
    assert imported.arrays["titles"].tolist() == [*titles[:-1], "11"]


def test_i15_words_taken_as_no_category_are_told():
    imported = read(table("id,category", range(N), ["None", "yes", "NA"] * 4))
    assert imported.arrays["class_names"].tolist() == ["None", "yes"]
    assert imported.arrays["labels"].tolist() == [0, 1, -1] * 4
    assert imported.notices[0] == "Taken as no category: NA."


# Categories that are numbers


@pytest.mark.parametrize("numbers", [[1, 2, 3], [1, 5, 9], [0, 1, 11]])
def test_i15_only_numbers_that_occur_are_categories(numbers):
    imported = read(table("id,class", range(N), numbers * 4))
    graph = build_graph(imported.arrays, GraphOrigin("a", "archive", "A", ""))
    assert graph.class_names == tuple(f"Category {number}" for number in numbers)
    np.testing.assert_array_equal(graph.y, [0, 1, 2] * 4)


# PyTorch Geometric


def saved(**values):
    import torch

    buffer = io.BytesIO()
    torch.save(values, buffer)
    return gather_sent({"g.pt": buffer.getvalue()})


def build_data():
    import torch

    roles = torch.arange(N) % 3
    masks = {f"{role}_mask": roles == number for number, role in enumerate(("train", "val", "test"))}
    return {"edge_index": torch.tensor(RING).T.contiguous(), "y": torch.arange(N) // 4, **masks}


def test_i15_masks_that_do_not_fit_together_are_told_with_their_shapes():
    data = build_data()
    wide = {"train_mask": data["train_mask"].repeat(2, 1).T, "val_mask": data["val_mask"].repeat(3, 1).T}
    with pytest.raises(ArchiveError, match=r"train_mask \[12, 2\], val_mask \[12, 3\]"):
        read_given(saved(**data | wide))
    with pytest.raises(ArchiveError, match=r"train_mask of g\.pt is \[2, 12\].*here \[12, 2\].*transposed"):
        read_given(saved(**data | {"train_mask": wide["train_mask"].T}))


def test_i15_masks_of_0_and_1_are_read():
    data = build_data()
    imported = read_given(saved(**data | {key: data[key].long() for key in ("train_mask", "val_mask", "test_mask")}))
    np.testing.assert_array_equal(imported.arrays["train_masks"], data["train_mask"].numpy()[None])
    assert not any("splits" in notice for notice in imported.notices)


def test_i15_features_of_other_articles_are_blamed():
    import torch

    with pytest.raises(ArchiveError, match=r"x of g\.pt is float32 \[5, 3\], and there are 12 labels"):
        read_given(saved(**build_data(), x=torch.zeros(5, 3)))


GRAPHML = (
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    '<key id="c" for="node" attr.name="category" attr.type="string"/><graph>'
    + "".join(f'<node id="n{i}"><data key="c">{name}</data></node>' for i, name in enumerate(CATEGORIES))
    + '<edge source="n0" target="n1"/></graph></graphml>'
)
GEXF = (
    '<gexf xmlns="NAMESPACE"><graph defaultedgetype="directed"><attributes class="node">'
    '<attribute id="0" title="category" type="string"/></attributes><nodes>'
    + "".join(
        f'<node id="{i}" label="T{i}"><attvalues><attvalue for="0" value="{name}"/></attvalues></node>'
        for i, name in enumerate(CATEGORIES)
    )
    + '</nodes><edges><edge source="0" target="1"/></edges></graph></gexf>'
)
PREFIXED = GRAPHML.replace("<", "<ns0:").replace("<ns0:/", "</ns0:").replace("xmlns=", "xmlns:ns0=")
SPACES = ("http://www.gexf.net/1.3", "http://gexf.net/1.2", "http://www.gexf.net/1.2draft", "")


@pytest.mark.parametrize(
    "content",
    [
        PREFIXED.encode(),
        ('<?xml version="1.0"?><!-- ' + "licence " * 900 + "-->" + GRAPHML).encode(),
        ('<?xml version="1.0" encoding="UTF-16"?>' + GRAPHML).encode("utf-16"),
        *(GEXF.replace("NAMESPACE", space).encode() for space in SPACES),
        GEXF.replace(' xmlns="NAMESPACE"', "").encode(),
    ],
)
def test_i15_xml_is_known_by_its_root_however_it_is_written(content):
    imported = read_given(gather_sent({"graph.xml": content}))
    assert imported.arrays["class_names"].tolist() == ["alpha", "beta", "gamma"]
    assert imported.arrays["labels"].tolist() == [0, 1, 2] * 4
    assert imported.arrays["edge_index"].T.tolist()[0] == [0, 1]
