import React from "react";

interface Props {
  firstName: string;
  lastName: string;
  dateOfBirth: string;
  mrn: string;
}

/** One line at the top of the chart. The photo is loaded by the browser, never kept. */
export function PatientCard({ firstName, lastName, dateOfBirth, mrn }: Props) {
  const age = Math.floor((Date.now() - Date.parse(dateOfBirth)) / 31_557_600_000);
  return (
    <section className="card" style={{ minWidth: 320, color: "#3e1190" }}>
      <h2>{lastName}, {firstName}</h2>
      <span data-testid="mrn">{mrn}</span> <span>{age} y</span>
    </section>
  );
}

PatientCard.defaultProps = { firstName: "First", lastName: "Last", dateOfBirth: "1900-01-01", mrn: "00000000" };
