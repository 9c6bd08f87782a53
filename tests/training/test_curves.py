from repose.training.curves import draw_curves


def test_each_column_has_a_panel_with_a_line_a_seed_and_no_gap_for_a_missing_value():
    rows = [{"epoch": 1.0, "rate": 0.1, "loss": 3.0}, {"epoch": 2.0, "rate": 0.1, "loss": 2.0, "error": 9.0}]
    figure = draw_curves({0: rows, 7: rows[:1]})
    shown = {axes.get_title(): axes for axes in figure.axes if axes.axison}
    assert list(shown) == ["loss", "error"]
    assert [len(line.get_xdata()) for line in shown["loss"].lines] == [2, 1]
    assert [list(line.get_ydata()) for line in shown["error"].lines] == [[9.0], []]
    assert [text.get_text() for text in shown["loss"].get_legend().get_texts()] == ["seed 0", "seed 7"]
