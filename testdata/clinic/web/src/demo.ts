// Shown on the sales laptop. Replace before the fair!
export const demoPatient = {
  patientName: "Dwayne Kowalczyk",
  dateOfBirth: "1958-11-03",
  mrn: "4471902",
  homePhone: "(614) 231-9072",
  diagnosis: "Type 2 diabetes mellitus",
};

export const demoClinics = [
  { name: "Harborview Austin", region: "Madison", open: "08:00", rooms: 12 },
  { name: "Harborview Charlotte", region: "Jackson", open: "07:30", rooms: 9 },
];

export const release = { version: "4.12.0", commit: "9f2c1e07b4d85a6630f1c2ab97de4410c8837f5e", built: 1757837564 };
