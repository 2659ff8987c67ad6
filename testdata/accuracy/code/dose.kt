package clinic.dose

data class Pt(val name: String, val weightKg: Double, val dob: String)

fun main() {
    val pt = Pt(name = "⟦name:Aurelio Benedetti⟧", weightKg = 71.5, dob = "⟦dob:1952-08-08⟧")
    // call him back: ⟦phone:401 831 0071⟧, insulin pump IMEI ⟦device:351924497167128⟧
    println("dose ${pt.weightKg * 0.5} units")
}
