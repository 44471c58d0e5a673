"""What the staged rows of a whole delivery come to against the scope that they replace, asked of SQLite; `:scope` names the scope."""

PLANNED = """
select count(*), count(m.id), coalesce(sum(m.digest = s.digest and not m.unsure), 0)
from staged s left join matter m on m.row = s.reference and not m.withdrawn
"""
"""Rows staged; those of a matter that stands; those that say what was last told."""

WENT = """
select m.id, m.row, m.kin, exists (select 1 from seen e where e.matter = m.id and e.scope <> :scope) elsewhere
from seen v join matter m on m.id = v.matter
where v.scope = :scope and (not m.withdrawn or m.unsure) and m.row not in (select reference from staged)
"""

GONE = f"select id from ({WENT}) where not elsewhere"
"""Matters that no row states any longer, of this scope or of another."""

CAME = """
select s.reference, s.kin from staged s
where s.kin <> '' and not exists (select 1 from matter m where m.row = s.reference and (not m.withdrawn or m.unsure))
"""

PAIRS = f"""
select c.reference, w.id matter, not w.elsewhere alone
from (select reference, kin, row_number() over (partition by kin order by reference) place, count(*) over (partition by kin) many from ({CAME})) c
join (select id, kin, elsewhere, row_number() over (partition by kin order by row) place, count(*) over (partition by kin) many
      from ({WENT}) where kin <> '') w
  on w.kin = c.kin and w.place = c.place and w.many = c.many
"""
"""Within each kin, where as many came as went: the row that came and the matter that went, in the order of their references."""

CORRECTED = "select s.line from staged s join matter m on m.row = s.reference and not m.withdrawn where m.digest <> s.digest or m.unsure"
"""Lines of rows that say something else than was last told."""

PAIRED = f"select s.line from staged s join ({PAIRS}) p on p.reference = s.reference"
"""Lines of rows that came in the stead of others."""

WITHDRAWN = (
    f"select reference from telling where kind <> 'retracted' and state in ('stands', 'unsure') and matter in ({GONE})"
)
"""Statements that a withdrawal of what went would withdraw."""

UNPAIRED = f"and matter not in (select matter from ({PAIRS}))"
