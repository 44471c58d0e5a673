"""Small invented censuses, one of every edition: each with that edition's own names and codes for the same child and the same facts."""

EDITIONS = tuple(range(2017, 2027))


def sex_in(edition: int) -> str:
    """Write a girl's sex as the edition does."""
    return "<Sex>F</Sex>" if edition >= 2025 else "<GenderCurrent>2</GenderCurrent>"


def header_of(edition: int) -> str:
    """Write an edition's header."""
    return (
        f"<Header><CollectionDetails><Collection>CIN</Collection><Year>{edition}</Year>"
        f"<ReferenceDate>{edition}-03-31</ReferenceDate></CollectionDetails></Header>"
    )


def characteristics(*disabilities: str, ethnicity: str = "NOBT") -> str:
    """Write what a child is."""
    told = "".join(f"<Disability>{code}</Disability>" for code in disabilities)
    return f"<Ethnicity>{ethnicity}</Ethnicity>" + (f"<Disabilities>{told}</Disabilities>" if told else "")


def census_of(
    edition: int, *, header: str | None = None, sex: str | None = None, about: str = "", what: str = ""
) -> bytes:
    """Write a census with one child of an edition; the facts are the same in all of them."""
    plans = "<CINPlanDates><CINPlanStartDate>2016-09-01</CINPlanStartDate></CINPlanDates>" if edition >= 2022 else ""
    no = "false" if edition < 2021 else "0"
    return f"""<Message>
  {header_of(edition) if header is None else header}
  <Children>
    <Child>
      <ChildIdentifiers>
        <LAchildID>LA-7</LAchildID>
        <UPN>X999000000017</UPN>
        {about or "<PersonBirthDate>2013-04-05</PersonBirthDate>"}
        {sex_in(edition) if sex is None else sex}
      </ChildIdentifiers>
      <ChildCharacteristics>{what or characteristics()}</ChildCharacteristics>
      <CINdetails>
        <CINreferralDate>2016-07-04</CINreferralDate>
        <ReferralSource>{"3a" if edition < 2019 else "3A"}</ReferralSource>
        <PrimaryNeedCode>N1</PrimaryNeedCode>
        <CINclosureDate>2017-01-10</CINclosureDate>
        <ReasonForClosure>RC8</ReasonForClosure>
        <Assessments>
          <AssessmentActualStartDate>2016-07-05</AssessmentActualStartDate>
          <AssessmentAuthorisationDate>2016-08-20</AssessmentAuthorisationDate>
          <FactorsIdentifiedAtAssessment>
            <AssessmentFactors>4B</AssessmentFactors>
            <AssessmentFactors>22A</AssessmentFactors>
          </FactorsIdentifiedAtAssessment>
        </Assessments>
        {plans}
        <Section47>
          <S47ActualStartDate>2016-08-01</S47ActualStartDate>
          <ICPCnotRequired>{no}</ICPCnotRequired>
        </Section47>
        <ReferralNFA>{no}</ReferralNFA>
      </CINdetails>
    </Child>
  </Children>
</Message>
""".encode()
