"""Published rules that are not checked here, and why: none of them can be decided from a record with certainty."""

LEFT_OUT: dict[str, str] = {
    "STR-019": "The reader refuses files beyond its own limits (FILE-TOO-LARGE) before anything is judged.",
    "FMT-008": "What a code lost can only be seen against its list: FMT-017, FMT-028, COD-001, COD-004, COD-005 do.",
    "FMT-020": "Says that the district code is not asked for; the shape does not ask for it.",
    "XFD-027": "Needs the base salary (lương cơ sở) of the day, which no text at hand gives for every day.",
    "XFD-060": "Which services are traditional medicine is told by the hospital's own catalogue.",
    "XFD-062": "Which operations belong to one session and one team is not in the record.",
    "COD-017": "The coding rule of QĐ 1931 for rare imported medicines was not found in a primary text.",
    "BUS-013": "Where care was given is not in the record.",
    "BUS-014": "The list of long-term diseases is not at hand.",
    "BUS-015": "Which category comes first depends on facts outside the record.",
    "BUS-019": "When the check-in was sent is known to the gateway only.",
    "BUS-020": "Describes sending again after payment; an empty NGAY_TTOAN is right until then.",
    "BUS-025": "Needs the shortest time of every procedure, which no text at hand gives.",
    "BUS-026": "Allows an earlier order date on rest days; nothing to refuse.",
}
