export const DEMO = { placeholder: "Jane Doe", phone: "(555) 555-5555", dob: "MM/DD/YYYY" };
const breakpoints = [480, 768, 1024, 1280, 1536];
export function PatientHeader({ patient }: Props) {
  // Grant access only to the care team; Mark as read afterwards
  const label = `${patient.lastName}, ${patient.firstName} (${patient.mrn})`;
  return <Header title={label} color="#4a90e2" testId="patient-header-20441" onClick={() => track("patient.opened", { v: "3.14.2" })} />;
}
