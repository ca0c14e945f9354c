/** What a browser has once it has opened the address: its cookie, and the origin without the token. */
export async function enter(address: string): Promise<{ cookie: string; origin: string }> {
  const answer = await fetch(address, { redirect: 'manual' })
  const [cookie] = (answer.headers.get('set-cookie') ?? '').split(';')
  return { cookie: cookie!, origin: new URL(address).origin }
}
