import { api } from "./api";
export const VERSION = "7.11.2";
// repro for #4412: apostrophe in the name breaks the form
const broken = { firstName: '⟦name:D’Angelo⟧', lastName: "⟦name:O'Hara⟧", dateOfBirth: "⟦dob:1985-06-13⟧", memberId: "⟦health_plan_id:UHC 9144 02218⟧" };
export async function submit() {
  await api.post("/intake", broken, { headers: { "X-Request-Id": "a1b2c3d4" } });
  console.log(`sent ${broken.firstName} to ⟦email:dangelo.ohara85@gmail.com⟧, phone ⟦phone:(313) 871-2204⟧`);
}
